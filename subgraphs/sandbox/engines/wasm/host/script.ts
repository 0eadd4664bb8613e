import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { readableFile, rememberDescriptors, reopen } from './descriptors.ts';
import { clearFolders, writeFiles } from './folders.ts';
import { INTERPRETERS, WORKSPACE, type Language } from './interpreters.ts';
import { checkInitial, importMemory, MEMORY, ModuleError, PAGE_BYTES } from './memory.ts';
import { ended, EXIT, type Ending, type ScriptOrder } from './protocol.ts';
import { complain, STDERR, STDOUT } from './streams.ts';

const SYSTEM = 'wasi_snapshot_preview1';
/** WASI's "not supported" and "not permitted". */
const ENOSYS = 52;
const EPERM = 63;
/** From here on, memory that cannot grow is what a failing program fails of. */
const FULL = 7 / 8;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Node's WASI judges where a link leads by its name alone: by one link through another a program came to /proc, and to
 * the memory of this process, which runs the jobs of others after it.
 */
const refuseLink = (): number => EPERM;

/** WASI's `sched_yield`: a millisecond of rest, of which sitecustomize.py makes Python's sleep. */
const pause = (): number => {
  Atomics.wait(cell, 0, 0, 1);
  return 0;
};

/** The descriptors that a program's output goes to. */
interface Streams {
  readonly stdout: number;
  readonly stderr: number;
}

/** Runs scripts by an interpreter that is compiled once. */
export const createScripts = async (
  language: Language,
  program: string,
): Promise<(order: ScriptOrder, streams?: Streams) => Promise<Ending>> => {
  const { command, env, folders, ending } = INTERPRETERS[language];
  const { bytes, initialPages } = importMemory(readFileSync(program));
  const module = await WebAssembly.compile(bytes);
  const needed = WebAssembly.Module.imports(module).filter(({ module: from }) => from === SYSTEM);

  const execute = async (order: ScriptOrder, streams: Streams): Promise<Ending> => {
    checkInitial(initialPages, order.mostPages);
    const isNamedWell = ending === null || order.path.endsWith(ending);
    const script = `${order.path}${isNamedWell ? '' : ending}`;
    const file = order.files.find(({ path }) => path === order.path);
    writeFiles([...order.files, ...(isNamedWell || file === undefined ? [] : [{ ...file, path: script }])]);
    const memory = new WebAssembly.Memory({ initial: initialPages, maximum: order.mostPages });
    const isMemoryFull = (): boolean => memory.buffer.byteLength >= FULL * order.mostPages * PAGE_BYTES;
    try {
      const wasi = new WASI({
        version: 'preview1',
        args: [...command, `${WORKSPACE}/${script}`, ...order.args],
        env: { ...env, ...order.env },
        preopens: folders,
        // Its own: it may close them.
        stdin: readableFile(order.stdin),
        stdout: reopen(streams.stdout),
        stderr: reopen(streams.stderr),
        returnOnExit: true,
      });
      // QuickJS was built for a runtime with sockets.
      const missing = Object.fromEntries(needed.map(({ name }) => [name, () => ENOSYS]));
      const instance = await WebAssembly.instantiate(module, {
        [SYSTEM]: { ...missing, ...wasi.wasiImport, sched_yield: pause, path_symlink: refuseLink },
        [MEMORY.module]: { [MEMORY.name]: memory },
      });
      const exitCode = wasi.start(instance);
      return ended(exitCode, { isMemoryFull: exitCode !== 0 && isMemoryFull() });
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      complain(command[0], error.message);
      return ended(EXIT.trapped, { isMemoryFull: isMemoryFull() });
    } finally {
      if (!isNamedWell) rmSync(`${WORKSPACE}/${script}`, { force: true });
    }
  };

  return async (order, streams = { stdout: STDOUT, stderr: STDERR }) => {
    const closeOthers = rememberDescriptors();
    try {
      return await execute(order, streams);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      complain(command[0], error.message);
      const isDiskFull = 'code' in error && error.code === 'ENOSPC';
      return ended(EXIT.notRun, { isMemoryFull: error instanceof ModuleError, isDiskFull });
    } finally {
      // Node closes neither the folders that it opened for the program, nor what the program left open.
      closeOthers();
    }
  };
};

const WARMING: Readonly<Record<Language, string>> = {
  python: 'import json, re, math\nprint(json.dumps([re.sub("a", "b", "a"), math.pi]))',
  javascript: 'console.log(JSON.stringify([1]))',
};

/** After these it is as fast as it gets, or nearly. */
const WARMING_RUNS = 2;

/** V8 compiles a function when it is first called, and anew when it is called often. */
export const warm = async (language: Language, run: Awaited<ReturnType<typeof createScripts>>): Promise<void> => {
  const nowhere = openSync('/dev/null', 'w');
  const order: ScriptOrder = {
    kind: 'script',
    path: 'warm',
    args: [],
    env: {},
    stdin: new Uint8Array(),
    files: [{ path: 'warm', bytes: Buffer.from(WARMING[language]) }],
    keepsFiles: false,
    marker: new Uint8Array(),
    mostPages: 2048,
  };
  for (let time = 0; time < WARMING_RUNS; time++) await run(order, { stdout: nowhere, stderr: nowhere });
  closeSync(nowhere);
  clearFolders();
};
