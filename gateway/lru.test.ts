import { expect, test } from 'vitest';
import { Lru } from './lru.ts';

test('forgets what was not used for longest', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.get('a');
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
});

test('replaces a value without forgetting another', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.set('a', 3);
  expect([lru.get('a'), lru.get('b')]).toEqual([3, 2]);
});

test('forgets as many as outweigh the limit', () => {
  const lru = new Lru<string, number>(10);
  lru.set('a', 1, 4);
  lru.set('b', 2, 4);
  lru.set('c', 3, 2);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, 2, 3]);
  lru.set('d', 4, 7);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d')]).toEqual([undefined, undefined, 3, 4]);
  lru.set('d', 5, 1);
  lru.set('e', 6, 7);
  expect([lru.get('c'), lru.get('d'), lru.get('e')]).toEqual([3, 5, 6]);
});
