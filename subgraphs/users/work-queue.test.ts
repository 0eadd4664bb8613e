import { describe, expect, test } from 'vitest';
import { createWorkQueue } from './work-queue.ts';

/** Work that ends when it is told to. */
const work = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let started = false;
  return {
    run: () => {
      started = true;
      return promise;
    },
    started: () => started,
    end: resolve,
    fail: reject,
  };
};

describe('a work queue', () => {
  test('runs as many at once as it has lanes, and the others in the order they came', async () => {
    const queue = createWorkQueue(1, 2);
    const [first, second, third] = [work(), work(), work()];
    const answers = [queue(first.run), queue(second.run), queue(third.run)];
    expect([first, second, third].map((one) => one.started())).toEqual([true, false, false]);
    first.end('first');
    await expect(answers[0]).resolves.toBe('first');
    expect([second, third].map((one) => one.started())).toEqual([true, false]);
    second.end('second');
    await expect(answers[1]).resolves.toBe('second');
    third.end('third');
    await expect(answers[2]).resolves.toBe('third');
  });

  test('refuses whoever finds no place to wait, and takes again once there is one', async () => {
    const queue = createWorkQueue(1, 1);
    const [running, waiting] = [work(), work()];
    const answers = [queue(running.run), queue(waiting.run)];
    await expect(queue(work().run)).rejects.toMatchObject({ code: 'OVERLOADED', extensions: { retryAfterSeconds: 5 } });
    running.end('done');
    waiting.end('done');
    await Promise.all(answers);
    await expect(queue(async () => 'free again')).resolves.toBe('free again');
  });

  test('gives each one a turn, however much another has waiting, and a place when another has most of them', async () => {
    const queue = createWorkQueue(1, 3);
    const done: string[] = [];
    const running = work();
    const all = [
      queue(running.run, 'busy'),
      ...['busy 1', 'busy 2', 'busy 3'].map((name) => queue(async () => void done.push(name), 'busy')),
      queue(async () => void done.push('other'), 'other'),
    ];
    const settled = Promise.allSettled(all);
    running.end('done');
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(done).toEqual(['busy 1', 'other', 'busy 2']);
  });

  test('gives the lane of work that failed to the next', async () => {
    const queue = createWorkQueue(1, 1);
    const failing = work();
    const answers = [queue(failing.run), queue(async () => 'next')];
    failing.fail(new Error('no'));
    await expect(answers[0]).rejects.toThrow('no');
    await expect(answers[1]).resolves.toBe('next');
  });
});
