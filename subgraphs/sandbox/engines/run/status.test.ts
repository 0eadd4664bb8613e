import { expect, test } from 'vitest';
import { statusOf, type Ending } from './status.ts';

const MIB = 1024 ** 2;
const end = { code: 0, signal: null, stopped: null, peakMemoryBytes: 10 * MIB };

const status = ({
  end: more,
  ...rest
}: { readonly end?: Partial<Ending['end']> } & Partial<Omit<Ending, 'end'>> = {}) =>
  statusOf({
    isOutputExceeded: false,
    isDiskFull: false,
    language: 'python',
    memoryBytes: 100 * MIB,
    ...rest,
    end: { ...end, ...more },
  });

const signaled = { code: null, signal: 'SIGABRT' };

test('a program that ends with 0 has succeeded, whatever it filled', () => {
  expect(status()).toBe('SUCCEEDED');
  expect(status({ isDiskFull: true })).toBe('SUCCEEDED');
});

test('a program that ends otherwise has failed, or was short of room', () => {
  expect(status({ end: { code: 1 } })).toBe('FAILED');
  expect(status({ end: { code: 1 }, isDiskFull: true })).toBe('DISK_EXCEEDED');
  expect(status({ end: { code: null, signal: 'SIGXFSZ' } })).toBe('DISK_EXCEEDED');
});

test('too much output comes before the way it was stopped', () => {
  expect(status({ end: { code: null, signal: 'SIGKILL', stopped: 'caller' }, isOutputExceeded: true })).toBe(
    'OUTPUT_EXCEEDED',
  );
});

test.for([
  ['wall', 'TIMED_OUT'],
  ['cpu', 'CPU_EXCEEDED'],
  ['memory', 'MEMORY_EXCEEDED'],
  ['disk', 'DISK_EXCEEDED'],
  ['caller', 'CANCELLED'],
] as const)('a program stopped by %s is %s', ([stopped, expected]) => {
  expect(status({ end: { code: null, signal: 'SIGKILL', stopped } })).toBe(expected);
});

test('an abort of Node.js near its memory is want of memory, and no other abort is', () => {
  expect(status({ end: { ...signaled, peakMemoryBytes: 80 * MIB }, language: 'node' })).toBe('MEMORY_EXCEEDED');
  expect(status({ end: signaled, language: 'node' })).toBe('SIGNALED');
  expect(status({ end: { ...signaled, peakMemoryBytes: 80 * MIB } })).toBe('SIGNALED');
});
