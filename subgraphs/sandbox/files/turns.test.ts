import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('who finds no place waits in the order of arrival', async () => {
  const turns = createTurns(1, 5);
  const done: string[] = [];
  const leave = await turns.enter('ada');
  const others = ['b', 'c'].map((user) =>
    turns.take(user, async () => {
      done.push(user);
    }),
  );
  await settled();
  expect(done).toEqual([]);
  leave();
  await Promise.all(others);
  expect(done).toEqual(['b', 'c']);
  (await turns.enter('d'))();
});

test('users who wait take turns, however much one of them has asked for before', async () => {
  const turns = createTurns(1, 5);
  const done: string[] = [];
  const leave = await turns.enter('somebody');
  const others = ['ada', 'ada', 'ada', 'ben'].map((user) =>
    turns.take(user, async () => {
      done.push(user);
    }),
  );
  leave();
  await Promise.all(others);
  expect(done).toEqual(['ada', 'ben', 'ada', 'ada']);
});

test('only so many wait, of all users together', async () => {
  const turns = createTurns(1, 1);
  const leave = await turns.enter('somebody');
  const waiting = Array.from({ length: 128 }, (_, index) => turns.take(`${index}`, () => Promise.resolve(index)));
  await expect(turns.enter('one more')).rejects.toMatchObject({ code: 'OVERLOADED' });
  leave();
  expect(await Promise.all(waiting)).toHaveLength(128);
  await expect(turns.enter('one more')).resolves.toBeTypeOf('function');
});

test('a user has no more than so much under way, and others are not kept out by that', async () => {
  const turns = createTurns(5, 2);
  const leave = await turns.enter('ada');
  await turns.enter('ada');
  await expect(turns.enter('ada')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(turns.enter('ben')).resolves.toBeTypeOf('function');
  leave();
  await expect(turns.enter('ada')).resolves.toBeTypeOf('function');
});

test('work that fails gives its place back', async () => {
  const turns = createTurns(1, 1);
  const failing = turns.take('ada', () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await turns.take('ada', () => Promise.resolve(7))).toBe(7);
});
