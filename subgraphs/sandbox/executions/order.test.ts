import { expect, test } from 'vitest';
import { orderOf } from './order.ts';

test('patterns hold so many wildcards as can be followed for every path', () => {
  const order = (collect: readonly string[]) => orderOf({ engine: 'bash', code: '', collect: [...collect] });
  expect(order(Array.from({ length: 32 }, () => '**/*.txt')).collect).toHaveLength(32);
  expect(() => order(['*a'.repeat(65)])).toThrow('at most 64 wildcards');
  expect(() => order(Array.from({ length: 32 }, () => '*a?b?c'))).toThrow('at most 64 wildcards');
});

test('a pattern that no file of the working folder can match is refused and not passed over', () => {
  for (const pattern of ['/workspace/out.txt', './out.txt', '../out.txt', 'a//b', 'a/']) {
    expect(() => orderOf({ engine: 'bash', code: '', collect: [pattern] })).toThrow('relative to the working folder');
  }
  expect(orderOf({ engine: 'bash', code: '', collect: ['.env', 'a/..b', '**'] }).collect).toHaveLength(3);
});
