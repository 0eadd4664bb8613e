import { statfsSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { StudioError } from '#mesh/errors.ts';
import type { Jail, JailedProcess, JailOpening } from '../../jail/jail.ts';
import { findInUsr } from '../../jail/host.ts';
import type { Availability, Engine, Job, Language, Result, Run } from '../engine.ts';
import { checkJobTexts, refuse } from '../job-check.ts';
import { collectFiles } from './collect.ts';
import { bashRuntime, nodeRuntime, pythonRuntime, type Runtime, type Runtimes } from './languages.ts';
import { collectOutput } from './output.ts';
import { statusOf } from './status.ts';

const WORKSPACE = '/workspace';
const TEMPORARY = '/tmp';
const PATH = '/opt/node/bin:/usr/local/bin:/usr/bin:/bin';
/** What counts as no room left: a block or a few. */
const LITTLE_BYTES = 64 * 1024;

const runtimeOf = (job: Job, runtimes: Runtimes): Runtime => {
  const { program } = job;
  if (program.kind === 'module') throw refuse('The engine run takes scripts, not WebAssembly.', 'engine');
  const runtime = runtimes.get(program.language);
  if (runtime === undefined) throw refuse(`The engine run does not know ${program.language} here.`, 'engine');
  if (program.kind === 'shell' && job.terminal === null) throw refuse('A shell needs a terminal.', 'engine');
  return runtime;
};

const hasNoRoom = (folder: string): boolean => {
  const { bavail, bsize, ffree } = statfsSync(folder);
  return bavail * bsize < LITTLE_BYTES || ffree === 0;
};

const languageOf = ({ program }: Job): Language => (program.kind === 'module' ? 'bash' : program.language);

const failed = (status: Result['status'], message: string): Run => ({
  output: (async function* nothing() {})(),
  result: Promise.resolve({
    status,
    exitCode: null,
    signal: null,
    wallMs: 0,
    cpuMs: null,
    peakMemoryBytes: null,
    totals: { stdout: 0, stderr: 0 },
    truncated: { stdout: false, stderr: false },
    files: [],
    message,
  }),
  cancel: () => {},
  write: async () => {},
  resize: async () => {},
});

const write = (stream: Writable, bytes: Uint8Array): Promise<void> =>
  // A program may close its input or end; what is written then is nobody's.
  new Promise((done) => void stream.write(bytes, () => done()));

/** Follows a program that runs to its result. */
const follow = (job: Job, process: JailedProcess, onClosed: () => void): Run => {
  let isOutputExceeded = false;
  const { stdout, stderr } = process;
  const output = collectOutput({ stdout, stderr }, job.limits.outputBytes, () => {
    isOutputExceeded = true;
    process.stop('caller');
  });
  const finish = async (): Promise<Result> => {
    const end = await process.ended;
    output.drain();
    const counts = await output.whole;
    const folder = process.memoryFolder(WORKSPACE);
    const status = statusOf({
      end,
      isOutputExceeded,
      isDiskFull: hasNoRoom(folder) || hasNoRoom(process.memoryFolder(TEMPORARY)),
      language: languageOf(job),
      memoryBytes: job.limits.memoryBytes,
    });
    const collected = await collectFiles(folder, job.collect);
    return {
      status,
      exitCode: end.stopped === null ? end.code : null,
      signal: end.signal,
      wallMs: end.wallMs,
      cpuMs: end.cpuMs,
      peakMemoryBytes: end.peakMemoryBytes,
      ...counts,
      ...collected,
    };
  };
  const answer = async (): Promise<Result> => {
    try {
      return await finish();
    } catch (error) {
      return await failed('ENGINE_FAILED', error instanceof Error ? error.message : 'The engine failed.').result;
    } finally {
      process.stop('caller');
      await process.ended;
      await process.close();
      onClosed();
    }
  };
  const result = answer();
  if (process.stdin !== null && job.terminal === null) process.stdin.end(job.stdin);
  return {
    output: output.chunks,
    result,
    cancel: () => process.stop('caller'),
    write: async (bytes) => {
      if (process.stdin !== null && job.terminal !== null) await write(process.stdin, bytes);
    },
    resize: async (size) => {
      if (job.terminal !== null) process.resize(size);
    },
  };
};

const startIn = async (
  jail: Jail,
  runtimes: Runtimes,
  job: Job,
): Promise<{ readonly run: Run; readonly closed: Promise<void> }> => {
  checkJobTexts(job);
  const runtime = runtimeOf(job, runtimes);
  const { limits, program } = job;
  const command = program.kind === 'script' ? [...runtime.script(limits.memoryBytes), program.path] : runtime.shell;
  const [executable = '', ...options] = command;
  const spawned = await jail.spawn({
    command: [executable, ...options, ...job.args],
    env: {
      PATH,
      HOME: WORKSPACE,
      LANG: 'C.UTF-8',
      TMPDIR: TEMPORARY,
      ...(job.terminal === null ? {} : { TERM: 'xterm-256color' }),
      ...runtime.env,
      ...job.env,
    },
    folder: WORKSPACE,
    binds: [...runtimes.values()].flatMap(({ binds }) => binds),
    memoryFolders: [WORKSPACE, TEMPORARY].map((path) => ({ path, bytes: limits.diskBytes })),
    files: job.files.map(({ path, bytes }) => ({ path: `${WORKSPACE}/${path}`, bytes })),
    limits: {
      wallMs: limits.wallMs,
      cpuMs: limits.cpuMs,
      memoryBytes: limits.memoryBytes,
      processes: limits.processes,
      fileBytes: limits.diskBytes,
    },
    // Also where nothing is to be read, so that one jail fits every job.
    stdin: 'open',
    parks: true,
    ...(job.terminal === null ? {} : { terminal: job.terminal }),
  });
  if (spawned.outcome === 'failed') {
    const status = spawned.isDiskFull ? 'DISK_EXCEEDED' : 'ENGINE_FAILED';
    return { run: failed(status, spawned.reason), closed: Promise.resolve() };
  }
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  return { run: follow(job, spawned.process, resolve), closed };
};

const findRuntimes = async (jail: Jail): Promise<Runtimes> => {
  const python = findInUsr('python3');
  const bash = findInUsr('bash');
  const runtimes = new Map<Language, Runtime>([['node', nodeRuntime(await jail.reachable(process.execPath))]]);
  if (python !== null) runtimes.set('python', pythonRuntime(python));
  if (bash !== null) runtimes.set('bash', bashRuntime(bash));
  return runtimes;
};

/**
 * The engine `run`: Python, Node.js and Bash of this host, each execution in a jail of its own.
 * @param open opens the jail, which belongs to the caller and outlives the engine; `again` looks anew where there was none
 */
export const createRunEngine = (open: (again: boolean) => Promise<JailOpening>): Engine => {
  let found: Promise<Runtimes> | null = null;
  const running = new Map<Run, Promise<void>>();
  let isStopped = false;

  const runtimesOf = (jail: Jail): Promise<Runtimes> => {
    found ??= findRuntimes(jail).catch((error: unknown) => {
      // The next who asks looks again.
      found = null;
      throw error;
    });
    return found;
  };

  const availability = async ({ again = false } = {}): Promise<Availability> => {
    const opening = await open(again);
    if (opening.outcome === 'unavailable') return opening;
    const { jail } = opening;
    const runtimes = await runtimesOf(jail);
    return {
      outcome: 'available',
      driver: jail.driver,
      isolation: 'namespaces+seccomp',
      languages: [...runtimes.keys()],
      reductions: jail.reductions,
    };
  };

  return {
    name: 'run',
    slowdown: 1,
    availability,
    start: async (job) => {
      const opening = await open(false);
      if (opening.outcome === 'unavailable') {
        throw new StudioError('ENGINE_UNAVAILABLE', `${opening.reason} ${opening.mend}`);
      }
      if (isStopped) throw new StudioError('ENGINE_UNAVAILABLE', 'The sandbox is being stopped.');
      const { run, closed } = await startIn(opening.jail, await runtimesOf(opening.jail), job);
      running.set(run, closed);
      void closed.then(() => running.delete(run));
      if (isStopped) run.cancel();
      return run;
    },
    stop: async () => {
      isStopped = true;
      for (const run of running.keys()) run.cancel();
      await Promise.all(running.values());
    },
  };
};
