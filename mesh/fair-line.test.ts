import { expect, test } from 'vitest';
import { createFairLine } from './fair-line.ts';

const drained = (line: ReturnType<typeof createFairLine<string>>): readonly string[] =>
  Array.from({ length: line.size }, () => line.next() ?? 'nobody');

test('users take turns, and each user’s own come in the order of asking', () => {
  const line = createFairLine<string>(10, 10);
  for (const waiting of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2']) line.join(waiting.slice(0, 1), waiting);
  expect(drained(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
});

test('who comes while another’s many wait is behind one of them', () => {
  const line = createFairLine<string>(10, 10);
  for (const waiting of ['a1', 'a2', 'a3']) line.join('a', waiting);
  expect(line.next()).toBe('a1');
  line.join('b', 'b1');
  expect(drained(line)).toEqual(['a2', 'b1', 'a3']);
});

test('who may not go yet keeps the place in the line', () => {
  const line = createFairLine<string>(10, 10);
  for (const waiting of ['a1', 'b1', 'a2']) line.join(waiting.slice(0, 1), waiting);
  expect(line.next((user) => user === 'b')).toBe('b1');
  expect(line.next((user) => user === 'b')).toBeUndefined();
  expect(drained(line)).toEqual(['a1', 'a2']);
});

test('a user’s part and the line are both bounded', () => {
  const line = createFairLine<string>(3, 2);
  expect(['a1', 'a2', 'a3'].map((waiting) => line.join('a', waiting))).toEqual([true, true, false]);
  expect(line.join('b', 'b1')).toBe(true);
  expect(line.join('c', 'c1')).toBe(false);
  expect(line.size).toBe(3);
});

test('who leaves makes room, and is not called', () => {
  const line = createFairLine<string>(2, 2);
  line.join('a', 'a1');
  line.join('b', 'b1');
  expect(line.leave('a', 'a1')).toBe(true);
  expect(line.leave('a', 'a1')).toBe(false);
  expect(line.join('b', 'b2')).toBe(true);
  expect(line.clear()).toEqual(['b1', 'b2']);
  expect(line.next()).toBeUndefined();
});
