import { expect, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

test('places are given out in the order of asking', async () => {
  const slots = createSlots(1, 2);
  const leave = await slots.take(never);
  const order: string[] = [];
  const first = slots.take(never).then((done) => {
    order.push('first');
    return done;
  });
  const second = slots.take(never).then((done) => {
    order.push('second');
    return done;
  });
  leave();
  (await first)();
  (await second)();
  expect(order).toEqual(['first', 'second']);
});

test('one more than may wait is refused at once', async () => {
  const slots = createSlots(1, 1);
  await slots.take(never);
  const waiting = slots.take(never);
  await expect(slots.take(never)).rejects.toMatchObject({ code: 'OVERLOADED' });
  slots.close(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
});

test('a place that is given back twice is free once', async () => {
  const slots = createSlots(1, 0);
  const leave = await slots.take(never);
  leave();
  leave();
  await slots.take(never);
  await expect(slots.take(never)).rejects.toMatchObject({ code: 'OVERLOADED' });
});

test('one who leaves the line makes room in it and takes no place', async () => {
  const slots = createSlots(1, 1);
  const leave = await slots.take(never);
  const controller = new AbortController();
  const waiting = slots.take(controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  const next = slots.take(never);
  leave();
  await expect(next).resolves.toBeTypeOf('function');
});

test('one who leaves in the moment of being called hands the place on', async () => {
  const slots = createSlots(1, 2);
  const leave = await slots.take(never);
  const controller = new AbortController();
  const called = slots.take(controller.signal);
  const next = slots.take(never);
  controller.abort(new Error('gone'));
  leave();
  await expect(called).rejects.toThrow('gone');
  await expect(next).resolves.toBeTypeOf('function');
});

test('nobody gets a place after the end', async () => {
  const slots = createSlots(1, 1);
  slots.close(new StudioError('MODEL_CRASHED'));
  await expect(slots.take(never)).rejects.toMatchObject({ code: 'MODEL_CRASHED' });
});
