import { statfsSync } from 'node:fs';
import type { JailedProcess, StopReason } from '../../jail/jail.ts';
import type { Limits } from '../engine.ts';

const INTERVAL_MS = 25;
/** What V8 may take for code that it compiles for a program, beside the program's memory. */
const COMPILING_BYTES = 48 * 1024 ** 2;

export interface Metered {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
}

export interface Meter {
  /** Stops counting, and says what the job has used. */
  readonly end: () => Metered;
}

const bytesIn = (folder: string): number => {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
};

/**
 * Holds one job to its limits in a host whose jail is made for larger ones, and counts what it uses. The memory of the
 * program itself does not grow further than it may; this is for what it has its host take.
 * @param folders the jail's folders in memory
 */
export const startMeter = (
  process: Pick<JailedProcess, 'usage' | 'stop'>,
  folders: readonly string[],
  limits: Limits,
): Meter => {
  const startedAt = performance.now();
  const before = process.usage();
  let last = before;
  let peak = before.memoryBytes;

  const look = (): StopReason | null => {
    last = process.usage();
    peak = Math.max(peak, last.memoryBytes);
    if (performance.now() - startedAt > limits.wallMs) return 'wall';
    if (last.cpuMs - before.cpuMs > limits.cpuMs) return 'cpu';
    if (last.memoryBytes - before.memoryBytes > limits.memoryBytes + COMPILING_BYTES) return 'memory';
    return folders.some((folder) => bytesIn(folder) > limits.diskBytes) ? 'disk' : null;
  };
  const tryToLook = (): void => {
    try {
      const reason = look();
      if (reason !== null) process.stop(reason);
    } catch {
      // The jail has ended, and its /proc with it; the news is on its way.
    }
  };
  const looking = setInterval(tryToLook, INTERVAL_MS);
  const deadline = setTimeout(() => process.stop('wall'), limits.wallMs);

  return {
    end: () => {
      clearInterval(looking);
      tryToLook();
      clearTimeout(deadline);
      return {
        wallMs: performance.now() - startedAt,
        cpuMs: Math.max(0, last.cpuMs - before.cpuMs),
        peakMemoryBytes: Math.max(0, peak - before.memoryBytes),
      };
    },
  };
};
