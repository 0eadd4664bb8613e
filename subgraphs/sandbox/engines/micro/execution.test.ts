import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { statusOf } from './execution.ts';

const ENDED = {
  exitCode: 1,
  signal: null,
  wallMs: 1,
  cpuMs: 1,
  peakMemoryBytes: 1,
  memoryExceeded: false,
  cpuExceeded: false,
  diskFull: false,
};
const KILLED = { ...ENDED, exitCode: null, signal: constants.signals.SIGKILL };

test.each([
  ['SUCCEEDED', undefined, { ...ENDED, exitCode: 0 }],
  ['SUCCEEDED', undefined, { ...ENDED, exitCode: 0, diskFull: true }],
  ['FAILED', undefined, ENDED],
  ['SIGNALED', undefined, KILLED],
  ['MEMORY_EXCEEDED', undefined, { ...KILLED, memoryExceeded: true }],
  ['CPU_EXCEEDED', undefined, { ...KILLED, cpuExceeded: true }],
  ['DISK_EXCEEDED', undefined, { ...ENDED, diskFull: true }],
  ['DISK_EXCEEDED', undefined, { ...KILLED, signal: constants.signals.SIGXFSZ }],
  ['TIMED_OUT', 'wall', undefined],
  ['OUTPUT_EXCEEDED', 'output', undefined],
  ['CANCELLED', 'cancelled', undefined],
  ['FAILED', 'late', ENDED],
  ['ENGINE_FAILED', 'late', undefined],
  ['ENGINE_FAILED', undefined, undefined],
] as const)('%s is how an execution ended that was stopped for %s and told %j', (status, stop, ended) => {
  expect(statusOf(stop, ended)).toBe(status);
});
