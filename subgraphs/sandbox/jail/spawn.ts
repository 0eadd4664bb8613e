import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { z } from 'zod';
import type { Accounting } from './accounting.ts';
import { bubblewrapArguments, type Bind, type HostLayout, type MemoryFolder } from './bubblewrap.ts';
import type { FifoPool } from './fifos.ts';
import { jailIds } from './ids.ts';
import {
  createReportReader,
  encodeOrder,
  encodeSize,
  type InitReport,
  type ResourceLimits,
  type TerminalSize,
} from './init-protocol.ts';
import { supervise, type JailLimits, type JailUsage, type StopReason } from './supervision.ts';
import type { Architecture } from './syscalls.ts';

export interface JailOrder {
  /** Names the jail's cgroup: letters, digits and hyphens, used once. */
  readonly id: string;
  /** The program by its absolute path in the jail, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** All that the program's environment holds. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the program starts; absolute. */
  readonly folder: string;
  /** What of the host is seen beside /usr. */
  readonly binds: readonly Bind[];
  readonly memoryFolders: readonly MemoryFolder[];
  /** Written before the start; absolute paths in the memory folders. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly limits: JailLimits;
  /** `empty` is /dev/null; `open` gives `JailedProcess.stdin`. */
  readonly stdin: 'empty' | 'open';
  /** What the program finds from descriptor 3 on: an open descriptor of this process, or a socket (`pipes`). */
  readonly descriptors?: readonly (number | 'pipe')[];
  /** The program's standard streams are a terminal of this size: stdin is typed into it, and stdout what it shows. */
  readonly terminal?: TerminalSize;
}

/** How a program in a jail ended. */
export interface JailEnd extends JailUsage {
  readonly code: number | null;
  /** For example `SIGSEGV`. */
  readonly signal: string | null;
  /** Why it was ended from outside; null when it ended by itself. */
  readonly stopped: StopReason | null;
}

/** A program that runs in a jail. */
export interface JailedProcess {
  /** Null when its stdin is empty. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The other ends of the sockets among the descriptors, in their order. */
  readonly pipes: readonly Duplex[];
  /** When every process in the jail is dead. The streams may still hold what was written. Never rejects. */
  readonly ended: Promise<JailEnd>;
  /** Kills every process in the jail. The reason given first stays. */
  readonly stop: (reason: StopReason) => void;
  /** Of a program in a terminal. */
  readonly resize: (size: TerminalSize) => void;
  /** The path of a memory folder for this service, until `close`; also after the end, when nobody changes it any more. */
  readonly memoryFolder: (path: string) => string;
  /** After `ended`: frees the folders and the account. */
  readonly close: () => Promise<void>;
}

export type Spawned =
  | { readonly outcome: 'running'; readonly process: JailedProcess }
  /** There is no jail, or no such program in it. Nothing ran, and nothing is left. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly isDiskFull: boolean };

/** What all jails of a service share. */
export interface JailParts {
  readonly bubblewrap: string;
  readonly perl: string;
  /** init.pl where the jails' user can read it. */
  readonly init: string;
  /** The filter of system calls, as a file. */
  readonly filter: string;
  readonly architecture: Architecture;
  readonly host: HostLayout;
  readonly fifos: FifoPool;
  readonly accounting: Accounting | null;
}

const INIT = '/run/init.pl';
const START_LIMIT_MS = 20_000;
const MAX_SAID = 2_000;
const ENOSPC = 28;
/** Process 1 itself. */
const OWN_PROCESSES = 1;

const ChildLine = z.object({ 'child-pid': z.int().positive() });

const resourceLimits = ({ cpuMs, processes, fileBytes }: JailLimits): ResourceLimits => ({
  // The supervision counts all processes and is exact; this stands behind it, by process and in seconds.
  ...(cpuMs === null ? {} : { cpuSeconds: cpuMs / 1000 + 1 }),
  processes: processes + OWN_PROCESSES,
  fileBytes,
  files: 1024,
  stackBytes: 8 * 1024 ** 2,
  coreBytes: 0,
  lockedBytes: 64 * 1024,
  queueBytes: 0,
});

/** The first bytes of a stream up to its end, as text. */
const readSaid = async (stream: Readable): Promise<string> => {
  let said = '';
  for await (const chunk of stream) if (said.length < MAX_SAID) said += String(chunk);
  return said.trim().slice(0, MAX_SAID);
};

/** The number of the jail's process 1 on the host, as bubblewrap tells it in its first line. */
const readChildPid = async (status: Readable): Promise<number | null> => {
  let text = '';
  for await (const chunk of status.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const [line, ...more] = text.split('\n');
    if (more.length === 0 || line === undefined) continue;
    // Nobody has to read the rest, but bubblewrap must be able to write it.
    status.resume();
    return ChildLine.parse(JSON.parse(line))['child-pid'];
  }
  return null;
};

const duplexAt = (child: ChildProcess, index: number): Duplex => {
  const stream = child.stdio[index];
  if (!(stream instanceof Duplex)) throw new Error(`no socket at descriptor ${index} of the jail`);
  stream.on('error', () => {});
  return stream;
};

const openFolder = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);

interface Launched {
  readonly child: ChildProcess;
  readonly streams: { readonly stdin: Socket | null; readonly stdout: Socket; readonly stderr: Socket };
  readonly pipes: readonly Duplex[];
  readonly control: Duplex;
  readonly status: Duplex;
}

const launch = async (parts: JailParts, order: JailOrder): Promise<Launched> => {
  const [input, output, errors] = await Promise.all([
    order.stdin === 'open' ? parts.fifos.writable() : null,
    parts.fifos.readable(),
    parts.fifos.readable(),
  ]);
  const descriptors = order.descriptors ?? [];
  const controlAt = 3 + descriptors.length;
  const statusAt = controlAt + 1;
  const filterAt = controlAt + 2;
  const filter = openSync(parts.filter, 'r');
  const init: Bind = { source: parts.init, target: INIT, access: 'read' };
  const mounts = { binds: [...order.binds, init], memoryFolders: order.memoryFolders };
  try {
    const child = spawn(
      parts.bubblewrap,
      [
        ...bubblewrapArguments(parts.host, mounts, { seccomp: filterAt, status: statusAt }),
        '--',
        parts.perl,
        INIT,
        String(controlAt),
        String(descriptors.length),
      ],
      {
        cwd: '/',
        // Process 1 would show all of it in /proc/1/environ.
        env: {},
        stdio: [input?.fd ?? 'ignore', output.fd, errors.fd, ...descriptors, 'pipe', 'pipe', filter],
        ...jailIds(),
      },
    );
    return {
      child,
      streams: { stdin: input?.stream ?? null, stdout: output.stream, stderr: errors.stream },
      pipes: descriptors.flatMap((kind, index) => (kind === 'pipe' ? [duplexAt(child, 3 + index)] : [])),
      control: duplexAt(child, controlAt),
      status: duplexAt(child, statusAt),
    };
  } finally {
    for (const fifo of [input, output, errors]) if (fifo !== null) closeSync(fifo.fd);
    closeSync(filter);
  }
};

/** What process 1 has reported so far, and what one waits for. */
interface Reports {
  readonly ready: Promise<void>;
  readonly started: Promise<void>;
  readonly last: () => Extract<InitReport, { kind: 'ended' | 'failed' }> | null;
}

const listen = (control: Duplex): Reports => {
  const ready = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let last: ReturnType<Reports['last']> = null;
  const read = createReportReader((report) => {
    if (report.kind === 'ready') ready.resolve();
    else if (report.kind === 'started') started.resolve();
    // A program that has taken process 1 over could report more than one end; it can only speak ill of itself.
    else last ??= report;
  });
  control.on('data', read);
  return { ready: ready.promise, started: started.promise, last: () => last };
};

const endOf = (last: ReturnType<Reports['last']>): Pick<JailEnd, 'code' | 'signal'> =>
  last?.kind === 'ended' ? { code: last.code, signal: last.signal } : { code: null, signal: 'SIGKILL' };

/**
 * Starts a program in a jail of its own, and answers once it runs or cannot.
 * Must run in the main thread: the kernel ends the jail with the thread that started it.
 */
export const spawnJailed = async (parts: JailParts, order: JailOrder): Promise<Spawned> => {
  const opening = parts.accounting?.open(order.id, {
    memoryBytes: order.limits.memoryBytes,
    processes: order.limits.processes + OWN_PROCESSES,
  });
  const account = opening === undefined ? null : await opening;
  const { child, streams, pipes, control, status } = await launch(parts, order);
  const reports = listen(control);
  // The last report may still be on its way when the process is gone.
  const exited = Promise.all([
    new Promise<void>((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    }),
    new Promise<void>((done) => void control.once('close', () => done())),
  ]);
  const inMemory = new Map<string, number>();
  let pid: number | null = null;
  let hasExited = false;
  void exited.then(() => (hasExited = true));

  const kill = (): void => {
    if (hasExited) return;
    // Process 1, whose death is the death of all, and not bubblewrap, which would leave it to the host to bury.
    if (pid === null) {
      child.kill('SIGKILL');
      return;
    }
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It has ended, and we have not heard of it yet.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const close = async (): Promise<void> => {
    for (const stream of [streams.stdin, streams.stdout, streams.stderr, control, status, ...pipes]) stream?.destroy();
    for (const fd of inMemory.values()) closeSync(fd);
    inMemory.clear();
    await account?.close();
  };
  const fail = async (): Promise<Spawned> => {
    kill();
    await exited;
    const last = reports.last();
    const said = last?.kind === 'failed' ? last.reason : await readSaid(streams.stderr);
    await close();
    return {
      outcome: 'failed',
      reason: said === '' ? 'The jail ended before the program began.' : said,
      isDiskFull: last?.kind === 'failed' && last.errno === ENOSPC,
    };
  };
  const inTime = AbortSignal.timeout(START_LIMIT_MS);
  const late = new Promise<void>((done) => inTime.addEventListener('abort', () => done(), { once: true }));
  /** Whether it came to that, and not to an end before. */
  const comesTo = (step: Promise<void>): Promise<boolean> =>
    Promise.race([step.then(() => true), exited.then(() => false), late.then(() => false)]);

  pid = await readChildPid(status);
  if (pid === null || !(await comesTo(reports.ready))) return fail();
  try {
    await account?.admit(pid);
    const root = `/proc/${pid}/root`;
    inMemory.set('/proc', openFolder(`${root}/proc`));
    for (const { path } of order.memoryFolders) inMemory.set(path, openFolder(`${root}${path}`));
  } catch (error) {
    await fail();
    throw error;
  }
  const folderOf = (path: string): string => {
    const fd = inMemory.get(path);
    if (fd === undefined) throw new Error(`${path} is no folder in memory of the jail, or the jail is closed`);
    return `/proc/self/fd/${fd}`;
  };
  const { command, env, folder, files, terminal = null } = order;
  const instructions = { command, env, folder, files, terminal, limits: resourceLimits(order.limits) };
  for (const piece of encodeOrder(instructions, parts.architecture)) control.write(piece);
  if (!(await comesTo(reports.started))) return fail();

  let stopped: StopReason | null = null;
  const stop = (reason: StopReason): void => {
    stopped ??= reason;
    kill();
  };
  const supervision = supervise({
    limits: order.limits,
    account,
    proc: folderOf('/proc'),
    folders: order.memoryFolders.map(({ path }) => folderOf(path)),
    stop,
  });
  const ended = exited.then((): JailEnd => {
    const last = reports.last();
    const { exceeded, ...usage } = supervision.end(last?.kind === 'ended' ? last.cpuMs : null);
    return { ...usage, ...endOf(last), stopped: stopped ?? exceeded };
  });
  const { stdin, stdout, stderr } = streams;
  return {
    outcome: 'running',
    process: {
      stdin,
      stdout,
      stderr,
      pipes,
      ended,
      stop,
      resize: (size) => void control.write(encodeSize(size)),
      memoryFolder: folderOf,
      close,
    },
  };
};
