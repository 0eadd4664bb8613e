import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import { CommandError } from '../command.ts';
import type { Journal } from './journal.ts';
import { READY_LIMIT_MS, type StopLimits } from './limits.ts';
import { FromService, type ToService } from './messages.ts';
import { nextRestart } from './restart.ts';

export interface ServiceProcessOptions {
  /** What the process is called in logs. */
  readonly name: string;
  readonly services: readonly ServiceName[];
  /** The program that knows `serve`, absolute. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  /** Receives every line that the process writes. */
  readonly journal: Journal;
  /** The supervisor's own log. */
  readonly log: Log;
}

/** Where each service of a process answers. */
export type Addresses = Readonly<Record<string, string>>;

export interface ServiceProcess {
  /** Settles when the process answers for the first time. Rejects with one sentence when it ends before. */
  readonly ready: Promise<Addresses>;
  /** Ends it in order, and by force after a limit. Settles when the process and whatever it started are gone. */
  stop(limits: StopLimits): Promise<void>;
}

/** A process leads a group of its own, so what it started (a model's worker) is ended with it. */
const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** How one run of a process went, once it has ended. */
interface Run {
  readonly ranMs: number;
  /** Why it ended, for a person. */
  readonly reason: string;
  /** The last line that it wrote. */
  readonly lastWords: string;
  /** Its own sentence, when it could not start. */
  readonly refusal: string | undefined;
}

const launch = (
  { entry, env, services, journal }: ServiceProcessOptions,
  onReady: (addresses: Addresses) => void,
): { readonly child: ChildProcess; readonly ended: Promise<Run> } => {
  const launchedAt = performance.now();
  const child = fork(entry, ['serve', '--supervised', ...services], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let refusal: string | undefined;
  let failure: string | undefined;
  let lastWords = '';
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      journal.write(line);
      if (line.trim() !== '') lastWords = line;
    });
  }
  const limit = setTimeout(() => {
    failure = `not ready after ${READY_LIMIT_MS / 1_000} s`;
    killGroup(child);
  }, READY_LIMIT_MS);
  child.on('message', (message) => {
    const said = FromService.parse(message);
    if (said.type === 'refused') refusal = said.sentence;
    else {
      clearTimeout(limit);
      onReady(said.addresses);
    }
  });
  const exit = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    // A process that could not be made has no exit.
    child.once('error', (error) => child.pid === undefined && resolve(error.message));
  });
  const closed = once(child, 'close');
  const ended = exit.then(async (reason) => {
    clearTimeout(limit);
    killGroup(child);
    // What it wrote last is still on its way; somebody who inherited the pipe must not keep us waiting for more.
    await Promise.race([closed, delay(100)]);
    return { ranMs: performance.now() - launchedAt, reason: failure ?? reason, lastWords, refusal };
  });
  return { child, ended };
};

/**
 * Keeps one process that hosts services running: once it was ready, it is started anew whenever it ends, soon at first
 * and with growing patience when it keeps ending.
 */
export const superviseProcess = (options: ServiceProcessOptions): ServiceProcess => {
  const { name, journal, log } = options;
  const ready = Promise.withResolvers<Addresses>();
  // Whoever stops us before we are ready does not wait for it any more.
  ready.promise.catch(() => {});
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  const keepRunning = async (): Promise<void> => {
    let wasReady = false;
    let failures = 0;
    while (!stopping.signal.aborted) {
      const launched = launch(options, (addresses) => {
        log.info({ process: name, pid: launched.child.pid }, `${name} is ready`);
        wasReady = true;
        ready.resolve(addresses);
      });
      ({ child } = launched);
      const run = await launched.ended;
      const reason = run.refusal ?? run.reason;
      if (stopping.signal.aborted) return;
      if (!wasReady) {
        const said = run.lastWords === '' ? '' : `: ${run.lastWords.slice(0, 300)}`;
        throw new CommandError(
          run.refusal ?? `${name} ended while it started (${reason})${said}; ${journal.path} says more.`,
        );
      }
      const next = nextRestart(failures, run.ranMs);
      ({ failures } = next);
      log.warn({ process: name, reason, failures }, `${name} ended (${reason}); started again in ${next.delayMs} ms`);
      await delay(next.delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const done = keepRunning().catch((error: unknown) => ready.reject(error));

  return {
    ready: ready.promise,
    stop: async ({ graceMs, killAfterMs }) => {
      stopping.abort();
      ready.reject(new CommandError(`${name} was stopped before it was ready.`));
      if (child?.connected) child.send({ type: 'stop', graceMs } satisfies ToService, () => {});
      const force = setTimeout(() => {
        log.warn({ process: name }, `${name} did not stop in time and is killed`);
        if (child) killGroup(child);
      }, killAfterMs);
      await done;
      clearTimeout(force);
    },
  };
};
