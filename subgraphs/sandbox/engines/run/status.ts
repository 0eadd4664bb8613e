import type { JailEnd } from '../../jail/jail.ts';
import type { Language, Status } from '../engine.ts';

export interface Ending {
  readonly end: Pick<JailEnd, 'code' | 'signal' | 'stopped' | 'peakMemoryBytes'>;
  readonly isOutputExceeded: boolean;
  /** Whether the working folder or the temporary one has no room left. */
  readonly isDiskFull: boolean;
  readonly language: Language;
  readonly memoryBytes: number;
}

/** V8 gives up at its own bound, somewhat below the jail's; how far below is no more than this. */
const V8_SHARE = 0.5;

const STOPPED = {
  wall: 'TIMED_OUT',
  cpu: 'CPU_EXCEEDED',
  memory: 'MEMORY_EXCEEDED',
  disk: 'DISK_EXCEEDED',
  caller: 'CANCELLED',
} as const satisfies Record<NonNullable<JailEnd['stopped']>, Status>;

/** Names how an execution ended. */
export const statusOf = ({ end, isOutputExceeded, isDiskFull, language, memoryBytes }: Ending): Status => {
  if (isOutputExceeded) return 'OUTPUT_EXCEEDED';
  if (end.stopped !== null) return STOPPED[end.stopped];
  if (end.code === 0) return 'SUCCEEDED';
  if (end.signal === 'SIGXFSZ') return 'DISK_EXCEEDED';
  // The kernel's bound for one process stands a second behind ours.
  if (end.signal === 'SIGXCPU') return 'CPU_EXCEEDED';
  const isAbort = end.signal === 'SIGABRT' || end.signal === 'SIGTRAP' || end.signal === 'SIGILL';
  const isNearMost = end.peakMemoryBytes !== null && end.peakMemoryBytes > memoryBytes * V8_SHARE;
  if (language === 'node' && isAbort && isNearMost) return 'MEMORY_EXCEEDED';
  if (isDiskFull) return 'DISK_EXCEEDED';
  return end.signal === null ? 'FAILED' : 'SIGNALED';
};
