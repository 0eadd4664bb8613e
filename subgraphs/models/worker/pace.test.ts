import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPace } from './pace.ts';
import type { Batch } from './protocol.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const paced = () => {
  const batches: Batch[] = [];
  const pace = createPace((batch) => batches.push(batch));
  const sample = (text: string): void => {
    pace.token();
    pace.text(text);
  };
  return { pace, batches, sample };
};

test('eight tokens are one batch, delivered with all of their text', () => {
  const { pace, batches, sample } = paced();
  for (const letter of 'abcdefgh') {
    expect(pace.ready()).toBe(true);
    sample(letter);
  }
  expect(batches).toEqual([]);
  void pace.ready();
  expect(batches).toEqual([{ text: 'abcdefgh', completionTokens: 8 }]);
});

test('the first text is delivered at once', async () => {
  const { pace, batches, sample } = paced();
  pace.token();
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([]);
  sample('a');
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([{ text: 'a', completionTokens: 2 }]);
});

test('a slow model’s tokens are delivered 33 ms after the first of them', async () => {
  const { batches, sample } = paced();
  sample('first');
  await vi.advanceTimersByTimeAsync(1);
  batches.pop();
  sample('a');
  await vi.advanceTimersByTimeAsync(20);
  sample('b');
  await vi.advanceTimersByTimeAsync(13);
  expect(batches).toEqual([{ text: 'ab', completionTokens: 3 }]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(batches).toHaveLength(1);
});

test('tokens without text are delivered as well, since they are billed', async () => {
  const { pace, batches } = paced();
  pace.token();
  await vi.advanceTimersByTimeAsync(33);
  expect(batches).toEqual([{ text: '', completionTokens: 1 }]);
});

test('two batches ahead of its reader it waits, and goes on as the reader does', async () => {
  const { pace, sample } = paced();
  for (let token = 0; token < 16; token++) {
    expect(pace.ready()).toBe(true);
    sample('x');
  }
  const waiting = pace.ready();
  expect(waiting).toBeInstanceOf(Promise);
  pace.acknowledge(8);
  await waiting;
  expect(pace.ready()).toBe(true);
});

test('the end answers what was not delivered, lets go what waits and delivers nothing more', async () => {
  const { pace, batches, sample } = paced();
  for (let token = 0; token < 16; token++) {
    void pace.ready();
    sample('x');
  }
  const waiting = pace.ready();
  sample('y');
  const delivered = batches.length;
  expect(pace.end()).toEqual({ text: 'y', completionTokens: 17 });
  await waiting;
  pace.token();
  expect(pace.ready()).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(batches).toHaveLength(delivered);
});
