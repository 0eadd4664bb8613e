import { mkdir, writeFile } from 'node:fs/promises';
import { Wasmer, type Package, type Process, type Sandbox } from '@wasmer/sdk/node';
import { clampMemory, ModuleError } from './memory.ts';
import { ended, EXIT, type CommandOrder, type Ending } from './protocol.ts';
import { complain, STDERR, STDOUT, writeAll } from './streams.ts';
import { binaryOf } from './text.ts';
import { isWasi } from './wasi.ts';

const WORKSPACE = '/workspace';
/** The first is slow, and the second still a little. */
const WARMING_RUNS = 2;

/** Refuses before Wasmer does, whose workers do not survive a module that cannot be linked. */
const check = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  const module = await WebAssembly.compile(bytes);
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    // A memory from outside would be one that nobody has bounded.
    if (kind !== 'function' || !isWasi(from, name))
      throw new ModuleError(`it asks for ${from}.${name}, which is not here`);
  }
  if (!WebAssembly.Module.exports(module).some(({ name, kind }) => name === '_start' && kind === 'function')) {
    throw new ModuleError('it is no command, since it exports no _start; call one of its functions with "invoke"');
  }
};

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

/** Copies what lies in the sandbox's working folder, which is in Wasmer's memory, to the jail's. */
const keepFiles = async (fs: Sandbox['fs'], folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const { name, kind } of await fs.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (kind === 'directory') await keepFiles(fs, path);
    else await writeFile(path, await fs.readFile(path));
  }
};

const feed = async ({ stdin }: Process, bytes: Uint8Array): Promise<void> => {
  try {
    if (bytes.length > 0) await stdin?.write(bytes);
    await stdin?.close();
  } catch {
    // It has ended, or closed its input, before it had read all of it.
  }
};

const copy = async (from: AsyncIterable<Uint8Array> | null, to: number): Promise<void> => {
  if (from !== null) for await (const bytes of from) writeAll(to, bytes);
};

const run = async (sandbox: Sandbox, program: Package, order: CommandOrder): Promise<Ending> => {
  const process = await sandbox
    .command(program, order.args, { cwd: WORKSPACE, env: order.env })
    .spawn({ stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
  const [{ exitCode }] = await Promise.all([
    process.wait(),
    feed(process, order.stdin),
    copy(process.stdout, STDOUT),
    copy(process.stderr, STDERR),
  ]);
  if (!order.keepsFiles) return ended(exitCode);
  try {
    await keepFiles(sandbox.fs, WORKSPACE);
    return ended(exitCode);
  } catch (error) {
    if (!isFull(error)) throw error;
    return ended(exitCode, { isDiskFull: true });
  }
};

/** A command that does nothing. */
const NOTHING = Buffer.from(
  '0061736d01000000010401600000030201000503010001071302065f73746172740000066d656d6f727902000a040102000b',
  'hex',
);

/** What Wasmer says of a trap, in the middle of what else it says. */
const trapIn = (message: string): string | null => /RuntimeError: (?:js: )?([^\n]*)/.exec(message)?.[1] ?? null;

/** Runs WASI commands by Wasmer, one at a time. Its workers are started with two that do nothing. */
export const createCommands = async (): Promise<(order: CommandOrder) => Promise<Ending>> => {
  // Its other cache would be a folder where the host was started.
  const wasmer = await new Wasmer({ cache: 'memory' }).ready();

  const start = async (bytes: Uint8Array, files: CommandOrder['files']): Promise<[Sandbox, Package]> => {
    const program = await wasmer.packages.load(bytes);
    const sandbox = await wasmer.sandboxes.create({
      packages: [program],
      files: Object.fromEntries(files.map((file) => [file.path, file.bytes])),
      network: { mode: 'disabled' },
    });
    return [sandbox, program];
  };
  /** Whether another command would run: a program that cannot be linked, or a trap, may have taken the workers along. */
  const works = async (): Promise<boolean> => {
    try {
      const [sandbox, program] = await start(NOTHING, []);
      const { exitCode } = await sandbox.command(program, []).run({ check: false });
      await sandbox.close();
      return exitCode === 0;
    } catch {
      return false;
    }
  };

  for (let time = 0; time < WARMING_RUNS; time++) await works();
  return async (order) => {
    let sandbox: Sandbox | undefined;
    try {
      const bytes = clampMemory(await binaryOf(order.name, order.bytes), order.mostPages);
      await check(bytes);
      const [started, program] = await start(bytes, order.files);
      sandbox = started;
      const ending = await run(started, program, order);
      return { ...ending, isBroken: ending.exitCode !== 0 && !(await works()) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const isOwn = error instanceof ModuleError || error instanceof WebAssembly.CompileError;
      const trap = isOwn ? null : trapIn(error.message);
      complain(order.name, trap ?? error.message);
      return ended(trap === null ? EXIT.notRun : EXIT.trapped, { isBroken: !isOwn && !(await works()) });
    } finally {
      // Of a host that is given up, nothing is left to be closed.
      await sandbox?.close().catch(() => {});
    }
  };
};
