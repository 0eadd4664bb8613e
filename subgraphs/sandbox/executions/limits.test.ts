import { expect, test } from 'vitest';
import { limitsOf } from './limits.ts';

const MIB = 1024 ** 2;

test('what is not asked for is the standard', () => {
  expect(limitsOf('DEVELOPER', {}, 1)).toEqual({
    wallMs: 10_000,
    cpuMs: 20_000,
    memoryBytes: 256 * MIB,
    processes: 64,
    outputBytes: MIB,
    diskBytes: 128 * MIB,
  });
});

test('a role has at most so much, and an admin more', () => {
  const asked = { timeoutMs: 1e9, cpuMs: 1e9, memoryMb: 1e6, processes: 1e6, outputBytes: 1e9, diskMb: 1e6 };
  expect(limitsOf('DEVELOPER', asked, 1)).toEqual({
    wallMs: 60_000,
    cpuMs: 120_000,
    memoryBytes: 512 * MIB,
    processes: 128,
    outputBytes: 2 * MIB,
    diskBytes: 256 * MIB,
  });
  expect(limitsOf('ADMIN', asked, 1).memoryBytes).toBe(2_048 * MIB);
});

test('too little is raised to what an interpreter starts with', () => {
  expect(limitsOf('DEVELOPER', { memoryMb: 1, timeoutMs: 1 }, 1)).toMatchObject({
    memoryBytes: 16 * MIB,
    wallMs: 10,
  });
});

test('an engine that is slower has as much longer', () => {
  expect(limitsOf('DEVELOPER', { timeoutMs: 1_000, cpuMs: 500 }, 4)).toMatchObject({ wallMs: 4_000, cpuMs: 2_000 });
});

test('the time of processors follows the timeout where it is not asked for', () => {
  expect(limitsOf('DEVELOPER', { timeoutMs: 500 }, 1).cpuMs).toBe(1_000);
});

test.for([{ timeoutMs: 0 }, { memoryMb: -1 }, { outputBytes: -1 }, { processes: 0 }])(
  '%j is refused by its name',
  (asked) => {
    expect(() => limitsOf('DEVELOPER', asked, 1)).toThrow(`${Object.keys(asked)[0]} is a positive number.`);
  },
);

test('no output at all may be asked for', () => {
  expect(limitsOf('DEVELOPER', { outputBytes: 0 }, 1).outputBytes).toBe(0);
});
