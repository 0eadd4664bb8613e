import { expect, test } from 'vitest';
import { createChanges } from './changes.ts';

test('every listener hears what changes, each name once until it is read', async () => {
  const changes = createChanges();
  const controller = new AbortController();
  const one = changes.follow(controller.signal);
  const other = changes.follow(controller.signal);
  const firsts = [one.next(), other.next()];
  changes.publish('a');
  changes.publish('b');
  changes.publish('b');
  expect(await Promise.all(firsts)).toEqual([
    { done: false, value: 'a' },
    { done: false, value: 'a' },
  ]);
  expect(await one.next()).toEqual({ done: false, value: 'b' });
  const next = one.next();
  changes.publish('a');
  expect(await next).toEqual({ done: false, value: 'a' });
  controller.abort(new Error('gone'));
  await expect(one.next()).rejects.toThrow('gone');
});

test('a change between two reads is not lost', async () => {
  const changes = createChanges();
  const listener = changes.follow(new AbortController().signal);
  const first = listener.next();
  changes.publish('a');
  await first;
  changes.publish('b');
  changes.publish('c');
  expect([await listener.next(), await listener.next()]).toMatchObject([{ value: 'b' }, { value: 'c' }]);
  await listener.return();
});
