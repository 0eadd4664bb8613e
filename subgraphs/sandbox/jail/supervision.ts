import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import type { Account } from './accounting.ts';

/** Why a jail was ended before its program ended by itself. */
export type StopReason = 'wall' | 'cpu' | 'memory' | 'disk' | 'caller';

export interface JailLimits {
  /** From the program's start to its end; null for what its owner ends. */
  readonly wallMs: number | null;
  /** Of all its processes together. */
  readonly cpuMs: number | null;
  /** Of all its processes together, and of what lies in its folders in memory. */
  readonly memoryBytes: number;
  /** Threads count like processes. */
  readonly processes: number;
  /** Of one file. */
  readonly fileBytes: number;
}

export interface JailUsage {
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
}

/** How often a jail is looked at. A process can take some hundred megabytes more within it where no cgroup holds it. */
const INTERVAL_MS = 50;
/** An empty file takes a kilobyte of the kernel's memory, and bubblewrap cannot bound their number. */
const MAX_FILES = 50_000;
/** The kernel counts in ticks of 10 ms, and pages of 4 KiB, on every Linux that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

const readOrNull = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended since it was listed.
    return null;
  }
};

/** What the processes of a jail use at this moment, by its own /proc, which holds them all and no other. */
const countProcesses = (proc: string): { readonly cpuMs: number; readonly memoryBytes: number } => {
  let cpuMs = 0;
  let memoryBytes = 0;
  for (const pid of readdirSync(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    const [, resident = '0', shared = '0'] = readOrNull(`${proc}/${pid}/statm`)?.split(' ') ?? [];
    memoryBytes += (Number(resident) - Number(shared)) * PAGE_BYTES;
    // After the name, which may hold anything: the fields from the third on; 14 to 17 are the times.
    const fields =
      readOrNull(`${proc}/${pid}/stat`)
        ?.replace(/^.*\) /su, '')
        .split(' ') ?? [];
    for (const ticks of fields.slice(11, 15)) cpuMs += Number(ticks) * TICK_MS;
  }
  return { cpuMs, memoryBytes };
};

/** What a jail uses at this moment. */
export interface CurrentUsage {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

export interface Supervision {
  readonly now: () => CurrentUsage;
  /** The last look, once the jail has ended. `cpuMs` is what process 1 says, for a host that counts nothing. */
  readonly end: (cpuMs: number | null) => JailUsage & { readonly exceeded: StopReason | null };
}

export interface Supervised {
  readonly limits: JailLimits;
  /** Null where no cgroup counts: then the processes are looked at one by one. */
  readonly account: Account | null;
  /** The jail's /proc. */
  readonly proc: string;
  /** The jail's folders in memory. */
  readonly folders: readonly string[];
  readonly stop: (reason: StopReason) => void;
}

/** Holds a running jail to its limits of time, memory and files. */
export const supervise = ({ limits, account, proc, folders, stop }: Supervised): Supervision => {
  const startedAt = performance.now();
  /** Null before the first look. */
  let peak: number | null = null;
  let cpu = 0;

  const lookAtFolders = (): { readonly bytes: number; readonly files: number } => {
    let bytes = 0;
    let files = 0;
    for (const folder of folders) {
      const of = statfsSync(folder);
      bytes += (of.blocks - of.bfree) * of.bsize;
      files += of.files - of.ffree;
    }
    return { bytes, files };
  };
  const look = (): StopReason | null => {
    const inFolders = lookAtFolders();
    if (inFolders.files > MAX_FILES) return 'disk';
    if (account === null) {
      const counted = countProcesses(proc);
      // What has ended and was not waited for is no longer in the sum; time never runs back.
      cpu = Math.max(cpu, counted.cpuMs);
      const memory = counted.memoryBytes + inFolders.bytes;
      peak = Math.max(peak ?? 0, memory);
      if (memory > limits.memoryBytes) return 'memory';
    } else {
      const usage = account.read();
      cpu = usage.cpuMs ?? cpu;
      if (usage.memoryKills > 0) return 'memory';
    }
    return limits.cpuMs !== null && cpu > limits.cpuMs ? 'cpu' : null;
  };

  const looking = setInterval(() => {
    let exceeded: StopReason | null = null;
    try {
      exceeded = look();
    } catch {
      // It has ended, and its /proc with it; the news is on its way.
    }
    if (exceeded !== null) stop(exceeded);
  }, INTERVAL_MS);
  const deadline = limits.wallMs === null ? undefined : setTimeout(() => stop('wall'), limits.wallMs);

  return {
    now: () => {
      const usage = account?.read();
      if (usage === undefined) {
        const counted = countProcesses(proc);
        return { ...counted, memoryBytes: counted.memoryBytes + lookAtFolders().bytes };
      }
      return { cpuMs: usage.cpuMs ?? 0, memoryBytes: usage.memoryBytes ?? 0 };
    },
    end: (reportedCpuMs) => {
      clearInterval(looking);
      clearTimeout(deadline);
      const wallMs = performance.now() - startedAt;
      if (account === null)
        return { wallMs, cpuMs: Math.max(cpu, reportedCpuMs ?? 0), peakMemoryBytes: peak, exceeded: null };
      const usage = account.read();
      const exceeded = usage.memoryKills > 0 ? 'memory' : null;
      return { wallMs, cpuMs: usage.cpuMs, peakMemoryBytes: usage.peakMemoryBytes, exceeded };
    },
  };
};
