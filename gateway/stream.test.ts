import { describe, expect, test, vi } from 'vitest';
import { endable, ending } from './stream.ts';

const never = { next: () => new Promise<IteratorResult<number>>(() => undefined) };

const counter = (to: number) => {
  let index = 0;
  return {
    next: (): Promise<IteratorResult<number>> => {
      index += 1;
      return Promise.resolve(index <= to ? { done: false, value: index } : { done: true, value: undefined });
    },
  };
};

describe('a stream', () => {
  test('gives the events of its source and frees it once', async () => {
    const end = vi.fn<() => void>();
    const events: number[] = [];
    const stream = endable(counter(3), end);
    for await (const event of stream) events.push(event);
    expect(events).toEqual([1, 2, 3]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await stream.return(undefined);
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('ends at once while a next waits', async () => {
    const end = vi.fn<() => void>();
    const stream = endable(never, end);
    const waiting = [stream.next(), stream.next()];
    await stream.return(undefined);
    const done = { done: true, value: undefined };
    expect(await Promise.all(waiting)).toEqual([done, done]);
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('passes on that its source failed, and is over', async () => {
    const end = vi.fn<() => void>();
    const stream = endable({ next: () => Promise.reject(new Error('broken')) }, end);
    await expect(stream.next()).rejects.toThrow('broken');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('drops what its source says after its end', async () => {
    const { promise, reject } = Promise.withResolvers<IteratorResult<number>>();
    const stream = endable({ next: () => promise }, () => undefined);
    const waiting = stream.next();
    await stream.return(undefined);
    reject(new Error('too late'));
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test('asks its source for nothing before it is asked itself', async () => {
    const next = vi.fn<() => Promise<IteratorResult<number>>>(() => Promise.resolve({ done: false, value: 1 }));
    const stream = endable({ next }, () => undefined);
    await stream.next();
    expect(next).toHaveBeenCalledTimes(1);
  });
});

describe('a stream that tells of its end', () => {
  async function* two() {
    yield 1;
    yield 2;
  }
  const open = (signal: AbortSignal = new AbortController().signal) => {
    const seen = { told: 0 };
    return { seen, stream: ending(two(), signal, () => (seen.told += 1)) };
  };

  test('does so when it has given everything', async () => {
    const { seen, stream } = open();
    const events: number[] = [];
    for await (const event of stream) {
      events.push(event);
      expect(seen.told).toBe(0);
    }
    expect([events, seen.told]).toEqual([[1, 2], 1]);
  });

  test('does so when its reader leaves', async () => {
    const { seen, stream } = open();
    await stream.next();
    await stream.return(undefined);
    await stream.return(undefined);
    expect(seen.told).toBe(1);
  });

  test('does so when it is given up, even by a reader who never comes', () => {
    const controller = new AbortController();
    const { seen } = open(controller.signal);
    controller.abort();
    expect(seen.told).toBe(1);
    expect(open(controller.signal).seen.told).toBe(1);
  });
});
