import { expect, test } from 'vitest';
import { isNestedDeeper } from './nesting.ts';

test('levels are counted, however many there are', () => {
  expect(isNestedDeeper(1, 0)).toBe(false);
  expect(isNestedDeeper({ a: [1] }, 2)).toBe(false);
  expect(isNestedDeeper({ a: [1] }, 1)).toBe(true);
  expect(isNestedDeeper(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 64)).toBe(true);
});
