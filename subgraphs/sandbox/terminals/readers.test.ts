import { expect, test } from 'vitest';
import { createReaders } from './readers.ts';

test('the foremost reader says what is needed, then whoever left last', () => {
  let now = 1_000;
  const readers = createReaders(() => now);
  expect(readers).toMatchObject({ isRead: false, leftAt: 1_000 });
  expect(readers.needed()).toBe(0);

  const slow = readers.add(10);
  const fast = readers.add(70);
  expect(readers.isRead).toBe(true);
  expect(readers.needed()).toBe(70);
  readers.remove(fast);
  expect(readers.needed()).toBe(10);

  now = 2_000;
  readers.remove(slow);
  now = 3_000;
  readers.remove(slow);
  expect(readers).toMatchObject({ isRead: false, leftAt: 2_000 });
  expect(readers.needed()).toBe(10);
});
