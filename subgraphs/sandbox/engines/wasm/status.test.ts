import { describe, expect, test } from 'vitest';
import { ended } from './host/protocol.ts';
import { statusOfDeath, statusOfEnding, type Death } from './status.ts';

test.for([
  [ended(0), false, 'SUCCEEDED'],
  [ended(0), true, 'SUCCEEDED'],
  [ended(0, { isDiskFull: true }), false, 'DISK_EXCEEDED'],
  [ended(1), false, 'FAILED'],
  [ended(1), true, 'DISK_EXCEEDED'],
  [ended(1, { isMemoryFull: true }), true, 'MEMORY_EXCEEDED'],
] as const)('%j with a full disk %j is %s', ([ending, isDiskFull, status]) => {
  expect(statusOfEnding(ending, isDiskFull)).toBe(status);
});

describe('a host that dies', () => {
  const death = (end: Partial<Death['end']>, more: Partial<Death> = {}) =>
    statusOfDeath({
      end: { code: null, signal: 'SIGKILL', stopped: null, peakMemoryBytes: 1, ...end },
      isCancelled: false,
      isOutputExceeded: false,
      jailBytes: 100,
      ...more,
    });

  test('of a limit is named by it', () => {
    expect(death({ stopped: 'wall' })).toBe('TIMED_OUT');
    expect(death({ stopped: 'cpu' })).toBe('CPU_EXCEEDED');
    expect(death({ stopped: 'memory' })).toBe('MEMORY_EXCEEDED');
    expect(death({ stopped: 'disk' })).toBe('DISK_EXCEEDED');
    expect(death({ stopped: 'caller' }, { isOutputExceeded: true })).toBe('OUTPUT_EXCEEDED');
    expect(death({ signal: 'SIGABRT', peakMemoryBytes: 90 })).toBe('MEMORY_EXCEEDED');
  });

  test('when its caller said so was cancelled, and otherwise broke', () => {
    expect(death({ stopped: 'caller' }, { isCancelled: true })).toBe('CANCELLED');
    expect(death({ stopped: 'caller' })).toBe('ENGINE_FAILED');
    expect(death({ code: 1, signal: null })).toBe('ENGINE_FAILED');
    expect(death({ signal: 'SIGSEGV' })).toBe('SIGNALED');
  });
});
