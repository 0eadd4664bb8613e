import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

test('a tally counts what each has, and what is given back only once', () => {
  const tally = new Tally();
  const first = tally.add('a');
  tally.add('a');
  tally.add('b');
  expect([tally.of('a'), tally.of('b'), tally.of('c')]).toEqual([2, 1, 0]);
  first();
  first();
  expect(tally.of('a')).toBe(1);
});
