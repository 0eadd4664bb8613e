import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WASI } from 'node:wasi';
import { checkInitial, importMemory, MEMORY, ModuleError } from './memory.ts';
import { ended, EXIT, type Ending, type Flavour, type ScriptOrder } from './protocol.ts';
import { complain, readableFile, STDERR, STDOUT } from './streams.ts';

const WORKSPACE = '/workspace';
const TEMPORARY = '/tmp';
const SYSTEM = 'wasi_snapshot_preview1';
/** WASI's "not supported" and "not permitted". */
const ENOSYS = 52;
const EPERM = 63;
/** From here on, memory that cannot grow is what a failing program fails of. */
const FULL = 7 / 8;

type Language = Exclude<Flavour, 'module'>;

interface Interpreter {
  /** Before the script's path. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the jail as the program sees them. */
  readonly folders: Readonly<Record<string, string>>;
  /** How a script's name must end; null when that does not matter. */
  readonly ending: string | null;
}

const FOLDERS = { [WORKSPACE]: WORKSPACE, [TEMPORARY]: TEMPORARY };

const INTERPRETERS: Readonly<Record<Language, Interpreter>> = {
  python: {
    command: ['python'],
    env: { PYTHONHOME: '/python', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    folders: { ...FOLDERS, '/python': '/python' },
    ending: null,
  },
  javascript: {
    command: ['quickjs', '--', '/javascript/main.js'],
    env: {},
    // It has no working folder: what has no folder in front of it is looked for in the root.
    folders: { ...FOLDERS, '/': WORKSPACE, '/javascript': '/javascript' },
    ending: '.js',
  },
};

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

const write = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
};

const empty = (folder: string): void => {
  for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
};

/** Removes what a job has left, before the next. */
export const clearFolders = (): void => {
  empty(WORKSPACE);
  empty(TEMPORARY);
};

/** Runs scripts by an interpreter that is compiled once. */
export const createScripts = async (
  language: Language,
  program: string,
): Promise<(order: ScriptOrder, output?: { readonly stdout: number; readonly stderr: number }) => Promise<Ending>> => {
  const { command, env, folders, ending } = INTERPRETERS[language];
  const { bytes, initialPages } = importMemory(readFileSync(program));
  const module = await WebAssembly.compile(bytes);
  const needed = WebAssembly.Module.imports(module).filter(({ module: from }) => from === SYSTEM);

  return async (order, { stdout, stderr } = { stdout: STDOUT, stderr: STDERR }) => {
    try {
      checkInitial(initialPages, order.mostPages);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      complain(command[0], error.message);
      return ended(EXIT.notRun, { isMemoryFull: true });
    }
    const isNamedWell = ending === null || order.path.endsWith(ending);
    const script = `${WORKSPACE}/${order.path}${isNamedWell ? '' : ending}`;
    try {
      for (const { path, bytes: content } of order.files) {
        write(`${WORKSPACE}/${path}`, content);
        if (path === order.path && !isNamedWell) write(script, content);
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      complain(command[0], 'the files do not fit into the working folder');
      return ended(EXIT.notRun, { isDiskFull: true });
    }
    const memory = new WebAssembly.Memory({ initial: initialPages, maximum: order.mostPages });
    const isMemoryFull = (): boolean => memory.buffer.byteLength >= FULL * order.mostPages * 65_536;
    const stdin = readableFile(order.stdin);
    try {
      const wasi = new WASI({
        version: 'preview1',
        args: [...command, script, ...order.args],
        env: { ...env, ...order.env },
        preopens: folders,
        stdin,
        stdout,
        stderr,
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
      if (!(error instanceof Error)) throw error;
      complain(command[0], error.message);
      return ended(EXIT.trapped, { isMemoryFull: isMemoryFull() });
    } finally {
      closeSync(stdin);
      if (!isNamedWell) rmSync(script, { force: true });
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
