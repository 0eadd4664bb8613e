import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#mesh/log.ts';
import { outOfMemoryKills } from './machine-memory.ts';
import type { Command, Report } from './worker/protocol.ts';

/** The process that holds one model. What it does natively can end it, and nothing else. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(command: Command): void;
  /**
   * Ends it at once. Nothing in it is worth a farewell: it keeps no state.
   * @param reason why it has ended then, as a part of a sentence
   */
  kill(reason?: string): void;
  /** Settles when it has ended, with why. */
  readonly ended: Promise<string>;
}

const PROGRAM = join(import.meta.dirname, 'worker/main.ts');

/** What the native libraries need of the environment. The rest, database and secrets, is none of a model's business. */
const INHERITED = /^(PATH|HOME|LANG|TMPDIR|TEMP|SystemRoot|LD_LIBRARY_PATH|(CUDA|HIP|ROCR|GGML|VK)_.*)$/;

/** Native output that is kept to explain a crash, in characters. */
const OUTPUT_TAIL = 4_096;

const environment = (threads: number): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name))),
  // The library samples on libuv's threads, one for each conversation at once.
  UV_THREADPOOL_SIZE: String(Math.max(4, threads)),
  // Otherwise an assertion looks for a debugger before it ends the process.
  GGML_NO_BACKTRACE: '1',
});

/**
 * Why a process has ended, as a part of a sentence.
 * @param kills how many processes the kernel killed for want of memory while it ran; undefined where nobody knows
 */
export const describeExit = (
  code: number | null,
  signal: NodeJS.Signals | null,
  output: string,
  kills?: number,
): string => {
  const assertion = /GGML_ASSERT\(.*\) failed/.exec(output)?.[0];
  if (assertion) return `llama.cpp gave up: ${assertion}`;
  if (signal === 'SIGKILL') {
    if (kills === undefined) return 'its worker was killed, perhaps for want of memory';
    return kills > 0 ? 'its worker was killed, since memory ran out' : 'its worker was killed';
  }
  if (signal) return `its worker ended by ${signal}`;
  return `its worker ended with code ${code}`;
};

const killsSince = async (before: Promise<number | undefined>): Promise<number | undefined> => {
  const [then, now] = await Promise.all([before, outOfMemoryKills()]);
  return then === undefined || now === undefined ? undefined : now - then;
};

/**
 * Starts a worker process that waits for its first command.
 * @param sequences conversations that it will serve at once
 */
export const startWorker = (sequences: number, onReport: (report: Report) => void, log: Log): WorkerProcess => {
  const child = fork(PROGRAM, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: environment(sequences),
  });
  // Where memory runs out all the same, the kernel shall take this process and no other.
  if (child.pid !== undefined) writeFile(`/proc/${child.pid}/oom_score_adj`, '1000').catch(() => {});
  const killsBefore = outOfMemoryKills();
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_TAIL);
  });
  // The other end is our own program.
  child.on('message', (report: Report) => onReport(report));

  const ended = Promise.withResolvers<string>();
  let killedFor: string | undefined;
  child.on('error', (error) => {
    log.error({ error }, 'a worker process failed');
    // Without a process there is no exit to wait for.
    if (child.pid === undefined) ended.resolve(`its worker could not be started (${error.message})`);
  });
  // `close` and not `exit`: by then everything that it wrote is here.
  child.on('close', (code, signal) => {
    log.info({ pid: child.pid, code, signal, output: output.trim() || undefined }, 'a worker process ended');
    if (killedFor !== undefined) ended.resolve(killedFor);
    else void killsSince(killsBefore).then((kills) => ended.resolve(describeExit(code, signal, output, kills)));
  });

  return {
    pid: child.pid,
    ended: ended.promise,
    send: (command) => {
      // One that has just died says so by `close`; what was sent to it is lost with it.
      if (child.connected) child.send(command, () => {});
    },
    kill: (reason) => {
      killedFor ??= reason;
      child.kill('SIGKILL');
    },
  };
};
