import type { JailEnd } from '../../jail/jail.ts';
import type { Status } from '../engine.ts';
import { statusOf } from '../run/status.ts';
import type { Ending } from './host/protocol.ts';

/** How a program ended whose host has told its end. */
export const statusOfEnding = (ending: Ending, isDiskFull: boolean): Status => {
  if (ending.exitCode === 0) return ending.isDiskFull ? 'DISK_EXCEEDED' : 'SUCCEEDED';
  if (ending.isMemoryFull) return 'MEMORY_EXCEEDED';
  return ending.isDiskFull || isDiskFull ? 'DISK_EXCEEDED' : 'FAILED';
};

export interface Death {
  readonly end: Pick<JailEnd, 'code' | 'signal' | 'stopped' | 'peakMemoryBytes'>;
  readonly isCancelled: boolean;
  readonly isOutputExceeded: boolean;
  /** What the whole jail may take. */
  readonly jailBytes: number;
}

/** How a program ended whose host died with it. */
export const statusOfDeath = ({ end, isCancelled, isOutputExceeded, jailBytes }: Death): Status => {
  const status = statusOf({
    end,
    isOutputExceeded,
    isDiskFull: false,
    language: 'node',
    memoryBytes: jailBytes,
  });
  // It ended by itself, or was stopped because it said nothing that could be understood.
  const isHosts = status === 'SUCCEEDED' || status === 'FAILED' || (status === 'CANCELLED' && !isCancelled);
  return isHosts ? 'ENGINE_FAILED' : status;
};
