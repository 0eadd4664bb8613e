import { expect, test } from 'vitest';
import { countWildcards, createMatcher } from './patterns.ts';

test.each([
  ['*.txt', ['a.txt', '.txt'], ['a/b.txt', 'a.txtx', 'atxt']],
  ['out/*', ['out/a', 'out/.b'], ['out', 'out/a/b', 'xout/a']],
  ['**', ['a', 'a/b/c'], []],
  ['**/*.csv', ['a.csv', 'x/a.csv', 'x/y/a.csv'], ['a.csv/b']],
  ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'a/bx']],
  ['out/**', ['out/a', 'out/a/b'], ['out', 'outer/a']],
  ['a?c', ['abc', 'aéc', 'a😀c'], ['ac', 'a/c', 'abbc']],
  ['a[b](c)+.', ['a[b](c)+.'], ['ab', 'abc']],
])('%s matches what it says and nothing else', (pattern, those, others) => {
  const isMatch = createMatcher([pattern]);
  expect(those.filter(isMatch)).toEqual(those);
  expect(others.filter(isMatch)).toEqual([]);
});

test('one of several patterns is enough, and none matches nothing', () => {
  expect(['a', 'b', 'c'].filter(createMatcher(['a', 'b']))).toEqual(['a', 'b']);
  expect(createMatcher([])('a')).toBe(false);
});

test('a pattern of many stars answers at once', () => {
  expect(createMatcher([`${'*a'.repeat(100)}b`])('a'.repeat(1_000))).toBe(false);
});

test('wildcards are counted, and stars beside each other as one', () => {
  expect(countWildcards([])).toBe(0);
  expect(countWildcards(['a/b', '**/*.ts', 'a?b??'])).toBe(5);
});
