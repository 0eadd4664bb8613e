import { expect, test } from 'vitest';
import { merge } from './json.ts';

test('joins objects and lists of the same length, and replaces everything else', () => {
  const target = { a: { x: 1 }, list: [{ x: 1 }, null], other: [1, 2], kept: true };
  merge(target, { a: { y: 2 }, list: [{ y: 2 }, { z: 3 }], other: [1], left: undefined });
  expect(target).toEqual({ a: { x: 1, y: 2 }, list: [{ x: 1, y: 2 }, { z: 3 }], other: [1], kept: true });
});

test('joins lists of lists', () => {
  const target = { grid: [[{ x: 1 }], null] };
  merge(target, { grid: [[{ y: 2 }], null] });
  expect(target).toEqual({ grid: [[{ x: 1, y: 2 }], null] });
});

test('takes no prototype from an answer', () => {
  const target = {};
  merge(target, JSON.parse('{"__proto__": {"admin": true}, "constructor": {"name": "x"}}'));
  expect('admin' in target).toBe(false);
  expect(Object.keys(target)).toEqual(['constructor']);
  expect('admin' in {}).toBe(false);
});
