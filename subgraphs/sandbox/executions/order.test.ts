import { expect, test } from 'vitest';
import { orderOf } from './order.ts';

test('patterns hold so many wildcards as can be followed for every path', () => {
  const order = (collect: readonly string[]) => orderOf({ engine: 'bash', code: '', collect: [...collect] });
  expect(order(Array.from({ length: 32 }, () => '**/*.txt')).collect).toHaveLength(32);
  expect(() => order(['*a'.repeat(65)])).toThrow('at most 64 wildcards');
  expect(() => order(Array.from({ length: 32 }, () => '*a?b?c'))).toThrow('at most 64 wildcards');
});
