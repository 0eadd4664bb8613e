import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Duplex, type Readable } from 'node:stream';
import { z } from 'zod';
import type { Account, Accounting } from './accounting.ts';
import { bubblewrapArguments, type Bind, type HostLayout, type MemoryFolder } from './bubblewrap.ts';
import type { FifoPool } from './fifos.ts';
import { nextJailIds } from './ids.ts';
import { createReportReader, type InitReport } from './init-protocol.ts';
import type { Architecture } from './syscalls.ts';

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

/** What of a jail is settled before it is known which program it gets. */
export interface JailShape {
  readonly binds: readonly Bind[];
  readonly memoryFolders: readonly MemoryFolder[];
  readonly stdin: 'empty' | 'open';
  readonly descriptors: readonly (number | 'pipe')[];
}

/** A jail in which nothing runs but process 1, which waits for its order. */
export interface PreparedJail {
  readonly streams: Launched['streams'];
  readonly pipes: readonly Duplex[];
  readonly control: Duplex;
  readonly reports: Reports;
  /** Null where no cgroup counts. */
  readonly account: Account | null;
  readonly hasEnded: () => boolean;
  /** When every process in it is dead. */
  readonly ended: Promise<void>;
  readonly kill: () => void;
  /** The path of a memory folder, or of the jail's /proc, for this service, until `close`. */
  readonly folder: (path: string) => string;
  /** Whether it comes to a step, and not to an end or the limit of time before. */
  readonly comesTo: (step: Promise<void>) => Promise<boolean>;
  /** Ends and frees it, and says why it ended. */
  readonly giveUp: () => Promise<Failure>;
  readonly close: () => Promise<void>;
}

/** There is no jail, or no such program in it. Nothing ran, and nothing is left. */
export interface Failure {
  readonly outcome: 'failed';
  readonly reason: string;
  readonly isDiskFull: boolean;
}

const INIT = '/run/init.pl';
const START_LIMIT_MS = 20_000;
const MAX_SAID = 2_000;
const ENOSPC = 28;

const ChildLine = z.object({ 'child-pid': z.int().positive() });

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

const launch = async (parts: JailParts, shape: JailShape): Promise<Launched> => {
  const [input, output, errors] = await Promise.all([
    shape.stdin === 'open' ? parts.fifos.writable() : null,
    parts.fifos.readable(),
    parts.fifos.readable(),
  ]);
  const { descriptors } = shape;
  const controlAt = 3 + descriptors.length;
  const statusAt = controlAt + 1;
  const filterAt = controlAt + 2;
  const filter = openSync(parts.filter, 'r');
  const init: Bind = { source: parts.init, target: INIT, access: 'read' };
  const mounts = { binds: [...shape.binds, init], memoryFolders: shape.memoryFolders };
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
        ...nextJailIds(),
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
export interface Reports {
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

/**
 * Sets a jail up. Must run in the main thread: the kernel ends the jail with the thread that started it.
 */
export const prepareJail = async (
  parts: JailParts,
  shape: JailShape,
): Promise<Failure | { readonly outcome: 'prepared'; readonly jail: PreparedJail }> => {
  const account = parts.accounting === null ? null : await parts.accounting.open(randomUUID());
  const { child, streams, pipes, control, status } = await launch(parts, shape);
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
  const giveUp = async (): Promise<Failure> => {
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
  const comesTo = async (step: Promise<void>): Promise<boolean> => {
    const late = Promise.withResolvers<boolean>();
    const deadline = setTimeout(() => late.resolve(false), START_LIMIT_MS);
    const comes = await Promise.race([step.then(() => true), exited.then(() => false), late.promise]);
    clearTimeout(deadline);
    return comes;
  };

  pid = await readChildPid(status);
  if (pid === null || !(await comesTo(reports.ready))) return giveUp();
  try {
    await account?.admit(pid);
    const root = `/proc/${pid}/root`;
    inMemory.set('/proc', openFolder(`${root}/proc`));
    for (const { path } of shape.memoryFolders) inMemory.set(path, openFolder(`${root}${path}`));
  } catch (error) {
    await giveUp();
    throw error;
  }
  const folder = (path: string): string => {
    const fd = inMemory.get(path);
    if (fd === undefined) throw new Error(`${path} is no folder in memory of the jail, or the jail is closed`);
    return `/proc/self/fd/${fd}`;
  };
  return {
    outcome: 'prepared',
    jail: {
      streams,
      pipes,
      control,
      reports,
      account,
      hasEnded: () => hasExited,
      ended: exited.then(() => undefined),
      kill,
      folder,
      comesTo,
      giveUp,
      close,
    },
  };
};
