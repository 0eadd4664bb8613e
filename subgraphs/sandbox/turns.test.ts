import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('works of one key run in order and never at once', async () => {
  const turns = createTurns(10);
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
  };
  await Promise.all([turns.take('k', work('a')), turns.take('k', work('b'))]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a work of another key does not wait', async () => {
  const turns = createTurns(10);
  const gate = Promise.withResolvers<void>();
  const slow = turns.take('slow', () => gate.promise);
  await expect(turns.take('quick', () => Promise.resolve('done'))).resolves.toBe('done');
  gate.resolve();
  await slow;
});

test('a work that fails does not stop the next', async () => {
  const turns = createTurns(10);
  const first = turns.take('k', () => Promise.reject(new Error('no')));
  const second = turns.take('k', () => Promise.resolve('yes'));
  await expect(first).rejects.toThrow('no');
  await expect(second).resolves.toBe('yes');
});

test('one more than may wait is refused at once, and later ones are taken again', async () => {
  const turns = createTurns(2);
  const gate = Promise.withResolvers<void>();
  const running = [turns.take('k', () => gate.promise), turns.take('k', () => gate.promise)];
  await expect(turns.take('k', () => gate.promise)).rejects.toMatchObject({ code: 'OVERLOADED' });
  gate.resolve();
  await Promise.all(running);
  await expect(turns.take('k', () => Promise.resolve('yes'))).resolves.toBe('yes');
});
