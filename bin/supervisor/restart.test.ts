import { expect, test } from 'vitest';
import { nextRestart } from './restart.ts';

test('the first restart comes within a quarter of a second', () => {
  expect(nextRestart(0, 0).delayMs).toBeLessThanOrEqual(250);
});

test('each failure in a row doubles the wait, up to half a minute', () => {
  const waits: number[] = [];
  for (let failures = 0; failures < 12;) {
    const restart = nextRestart(failures, 1_000);
    waits.push(restart.delayMs);
    ({ failures } = restart);
  }
  expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
  expect(waits.at(-1)).toBe(30_000);
});

test('a process that ran for a minute has its failures forgiven', () => {
  expect(nextRestart(9, 60_000)).toEqual({ delayMs: 100, failures: 1 });
});
