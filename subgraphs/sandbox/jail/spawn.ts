import type { Duplex, Readable, Writable } from 'node:stream';
import type { Bind, MemoryFolder } from './bubblewrap.ts';
import { encodeOrder, encodeSize, type ResourceLimits, type TerminalSize } from './init-protocol.ts';
import type { Failure, PreparedJail, Reports } from './prepare.ts';
import { supervise, type CurrentUsage, type JailLimits, type JailUsage, type StopReason } from './supervision.ts';
import type { Architecture } from './syscalls.ts';

export interface JailOrder {
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
  /** Sets up further jails with the same folders and stdin in advance: for programs of which many will follow. */
  readonly parks?: boolean;
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
  /** Of a jail that runs. */
  readonly usage: () => CurrentUsage;
  /** Kills every process in the jail. The reason given first stays. */
  readonly stop: (reason: StopReason) => void;
  /** Of a program in a terminal. */
  readonly resize: (size: TerminalSize) => void;
  /** The path of a memory folder for this service, until `close`; also after the end, when nobody changes it any more. */
  readonly memoryFolder: (path: string) => string;
  /** After `ended`: frees the folders and the account. */
  readonly close: () => Promise<void>;
}

export type Spawned = { readonly outcome: 'running'; readonly process: JailedProcess } | Failure;

/** Process 1 itself. */
const OWN_PROCESSES = 1;

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

const endOf = (last: ReturnType<Reports['last']>): Pick<JailEnd, 'code' | 'signal'> =>
  last?.kind === 'ended' ? { code: last.code, signal: last.signal } : { code: null, signal: 'SIGKILL' };

/** Starts a program in a jail that was prepared for it, and answers once it runs or cannot. */
export const startProgram = async (
  jail: PreparedJail,
  order: JailOrder,
  architecture: Architecture,
): Promise<Spawned> => {
  const { memoryBytes, processes } = order.limits;
  try {
    await jail.account?.limit({ memoryBytes, processes: processes + OWN_PROCESSES });
  } catch (error) {
    await jail.giveUp();
    throw error;
  }
  const { command, env, folder, files, terminal = null } = order;
  const instructions = { command, env, folder, files, terminal, limits: resourceLimits(order.limits) };
  for (const piece of encodeOrder(instructions, architecture)) jail.control.write(piece);
  if (!(await jail.comesTo(jail.reports.started))) return jail.giveUp();

  let stopped: StopReason | null = null;
  const stop = (reason: StopReason): void => {
    stopped ??= reason;
    jail.kill();
  };
  const supervision = supervise({
    limits: order.limits,
    account: jail.account,
    proc: jail.folder('/proc'),
    folders: order.memoryFolders.map(({ path }) => jail.folder(path)),
    stop,
  });
  const ended = jail.ended.then((): JailEnd => {
    const last = jail.reports.last();
    const { exceeded, ...usage } = supervision.end(last?.kind === 'ended' ? last.cpuMs : null);
    return { ...usage, ...endOf(last), stopped: stopped ?? exceeded };
  });
  const { stdin, stdout, stderr } = jail.streams;
  return {
    outcome: 'running',
    process: {
      stdin,
      stdout,
      stderr,
      pipes: jail.pipes,
      ended,
      usage: supervision.now,
      stop,
      resize: (size) => void jail.control.write(encodeSize(size)),
      memoryFolder: jail.folder,
      close: jail.close,
    },
  };
};
