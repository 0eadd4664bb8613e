import { expect, test, vi } from 'vitest';
import { abortable } from './abortable.ts';
import { endable } from './endable.ts';

const never = new AbortController().signal;
const forEver = new Promise<never>(() => {});

test('yields what the generator yields, and ends with it', async () => {
  const iterator = endable(
    async function* () {
      yield 1;
      yield 2;
    },
    never,
    vi.fn(),
  );
  const seen: number[] = [];
  for await (const value of iterator) seen.push(value);
  expect(seen).toEqual([1, 2]);
});

test('ends at once while a next is pending, and the generator ends as well', async () => {
  const ended = Promise.withResolvers<void>();
  const iterator = endable(
    async function* (signal) {
      try {
        yield await abortable(forEver, signal);
      } finally {
        ended.resolve();
      }
    },
    never,
    vi.fn(),
  );
  const pending = iterator.next();
  await expect(iterator.return?.()).resolves.toEqual({ done: true, value: undefined });
  await expect(pending).resolves.toEqual({ done: true, value: undefined });
  await ended.promise;
});

test('a generator that stands at a yield runs its finally when the outer signal aborts', async () => {
  const controller = new AbortController();
  const ended = Promise.withResolvers<void>();
  const iterator = endable(
    async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        ended.resolve();
      }
    },
    controller.signal,
    vi.fn(),
  );
  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  controller.abort();
  await ended.promise;
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test('nothing runs when the signal was aborted before the first next', async () => {
  const began = vi.fn<() => void>();
  const iterator = endable(
    async function* () {
      began();
      yield 1;
    },
    AbortSignal.abort(),
    vi.fn(),
  );
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(began).not.toHaveBeenCalled();
});

test('an error of the generator reaches its reader; one after the end is told to the owner', async () => {
  const failing = endable(
    // oxlint-disable-next-line require-yield
    async function* () {
      throw new Error('bad');
    },
    never,
    vi.fn(),
  );
  await expect(failing.next()).rejects.toThrow('bad');

  const told = Promise.withResolvers<unknown>();
  const late = endable(
    async function* () {
      try {
        yield 1;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error('late');
      }
    },
    never,
    told.resolve,
  );
  await late.next();
  await late.return?.();
  await expect(told.promise).resolves.toEqual(new Error('late'));
});

test('a reader who takes nothing for long loses the iterator', async () => {
  vi.useFakeTimers();
  try {
    const ended = vi.fn<() => void>();
    const iterator = endable(
      async function* () {
        try {
          yield 1;
          yield 2;
          yield 3;
        } finally {
          ended();
        }
      },
      never,
      vi.fn(),
      1_000,
    );
    await iterator.next();
    await vi.advanceTimersByTimeAsync(999);
    expect(await iterator.next()).toEqual({ done: false, value: 2 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toHaveBeenCalledOnce();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  } finally {
    vi.useRealTimers();
  }
});
