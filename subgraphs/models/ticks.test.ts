import { expect, test } from 'vitest';
import { createTicks } from './ticks.ts';

test('all who listen hear one beat, and nothing runs when the last has left', async () => {
  const ticks = createTicks(1);
  expect(ticks.running()).toBe(false);
  const controllers = [new AbortController(), new AbortController()];
  const heard = await Promise.all(
    controllers.map(async (controller) => {
      let beats = 0;
      for await (const _ of ticks.follow(controller.signal)) if ((beats += 1) === 3) break;
      return beats;
    }),
  );
  expect(heard).toEqual([3, 3]);
  expect(ticks.running()).toBe(false);
});

test('whoever goes between two beats is let go at once', async () => {
  const ticks = createTicks(3_600_000);
  const controller = new AbortController();
  const follower = ticks.follow(controller.signal);
  await follower.next();
  const waiting = follower.next();
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(ticks.running()).toBe(false);
});
