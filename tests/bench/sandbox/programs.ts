import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import type { Engine, Job } from '#subgraphs/sandbox/engines/engine.ts';

const MIB = 1024 ** 2;

export interface Program {
  readonly path: string;
  readonly bytes: Buffer;
  readonly program: Job['program'];
  readonly says: string;
}

const script = (language: 'python' | 'node' | 'javascript', path: string, code: string): Program => ({
  path,
  bytes: Buffer.from(code),
  program: { kind: 'script', language, path },
  says: 'OK\n',
});

export const PYTHON = script('python', 'main.py', 'print("OK")');
export const NODE = script('node', 'main.cjs', 'console.log("OK")');
export const JAVASCRIPT = script('javascript', 'main.js', 'console.log("OK")');
/** One function of a module. @param bytes of the module as binary; its text takes a compiler of its own */
export const adding = (bytes: Uint8Array): Program => ({
  path: 'add.wasm',
  bytes: Buffer.from(bytes),
  program: { kind: 'module', path: 'add.wasm', invoke: { function: 'add', args: [1, 2] } },
  says: '3\n',
});

/** Milliseconds from the order to the result. @throws Error when the program did not say what it should */
export const onEngine = async (engine: Engine, { path, bytes, program, says }: Program): Promise<number> => {
  const begun = performance.now();
  const run = await engine.start({
    id: randomUUID(),
    program,
    args: [],
    stdin: new Uint8Array(),
    env: {},
    files: [{ path, bytes }],
    limits: {
      wallMs: 60_000,
      cpuMs: 60_000,
      memoryBytes: 256 * MIB,
      processes: 64,
      outputBytes: MIB,
      diskBytes: 32 * MIB,
    },
    collect: [],
    terminal: null,
  });
  let said = '';
  for await (const output of run.output) said += String(output.bytes);
  const { status } = await run.result;
  const ms = performance.now() - begun;
  if (said !== says) throw new Error(`${engine.name} ended as ${status} and said ${said}`);
  return ms;
};

/** The same on the host, without a jail. */
export const bare = async (command: string, folder: string, { path, says }: Program): Promise<number> => {
  const begun = performance.now();
  const child = spawn(command, [join(folder, path)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (said !== says) throw new Error(`${command} said ${said}`);
  return performance.now() - begun;
};
