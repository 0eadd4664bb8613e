import { expect, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { createSlots, retryAfter } from './slots.ts';

const never = new AbortController().signal;

test('places are given out in the order of asking', async () => {
  const slots = createSlots(1, { all: 2, ofOneUser: 2 });
  const leave = await slots.take('ann', never);
  const order: string[] = [];
  const first = slots.take('ann', never).then((done) => {
    order.push('first');
    return done;
  });
  const second = slots.take('ann', never).then((done) => {
    order.push('second');
    return done;
  });
  leave();
  (await first)();
  (await second)();
  expect(order).toEqual(['first', 'second']);
});

test('one more than may wait is refused at once', async () => {
  const slots = createSlots(1, { all: 1, ofOneUser: 1 });
  await slots.take('ann', never);
  const waiting = slots.take('ann', never);
  await expect(slots.take('ann', never)).rejects.toMatchObject({ code: 'OVERLOADED' });
  slots.close(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
});

test('a place that is given back twice is free once', async () => {
  const slots = createSlots(1, { all: 0, ofOneUser: 0 });
  const leave = await slots.take('ann', never);
  leave();
  leave();
  await slots.take('ann', never);
  await expect(slots.take('ann', never)).rejects.toMatchObject({ code: 'OVERLOADED' });
});

test('one who leaves the line makes room in it and takes no place', async () => {
  const slots = createSlots(1, { all: 1, ofOneUser: 1 });
  const leave = await slots.take('ann', never);
  const controller = new AbortController();
  const waiting = slots.take('ann', controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  const next = slots.take('ann', never);
  leave();
  await expect(next).resolves.toBeTypeOf('function');
});

test('one who leaves in the moment of being called hands the place on', async () => {
  const slots = createSlots(1, { all: 2, ofOneUser: 2 });
  const leave = await slots.take('ann', never);
  const controller = new AbortController();
  const called = slots.take('ann', controller.signal);
  const next = slots.take('ann', never);
  controller.abort(new Error('gone'));
  leave();
  await expect(called).rejects.toThrow('gone');
  await expect(next).resolves.toBeTypeOf('function');
});

test('nobody gets a place after the end', async () => {
  const slots = createSlots(1, { all: 1, ofOneUser: 1 });
  slots.close(new StudioError('MODEL_CRASHED'));
  await expect(slots.take('ann', never)).rejects.toMatchObject({ code: 'MODEL_CRASHED' });
});

test('one user’s many requests keep another’s waiting for one place only', async () => {
  const slots = createSlots(1, { all: 10, ofOneUser: 8 });
  const leave = await slots.take('ann', never);
  const order: string[] = [];
  const ask = async (user: string): Promise<void> => {
    const done = await slots.take(user, never);
    order.push(user);
    done();
  };
  const all = ['ann', 'ann', 'ann', 'ann', 'bob', 'bob'].map(ask);
  leave();
  await Promise.all(all);
  expect(order).toEqual(['ann', 'bob', 'ann', 'bob', 'ann', 'ann']);
});

test('one user’s many requests leave room in the line for others', async () => {
  const slots = createSlots(1, { all: 2, ofOneUser: 1 });
  await slots.take('ann', never);
  void slots.take('ann', never).catch(() => {});
  await expect(slots.take('ann', never)).rejects.toMatchObject({ code: 'OVERLOADED' });
  const other = slots.take('bob', never);
  expect(slots.load()).toEqual({ active: 1, queued: 2 });
  slots.close(new Error('over'));
  await expect(other).rejects.toThrow('over');
});

test('who is refused is told when those who wait will have been served', async () => {
  expect(retryAfter(undefined, 3, 1)).toBe(5);
  expect(retryAfter(2_000, 16, 4)).toBe(8);
  expect(retryAfter(10, 1, 4)).toBe(1);
  expect(retryAfter(600_000, 64, 1)).toBe(120);
  const slots = createSlots(1, { all: 0, ofOneUser: 0 });
  await slots.take('ann', never);
  await expect(slots.take('ann', never)).rejects.toMatchObject({ extensions: { retryAfterSeconds: 5 } });
});
