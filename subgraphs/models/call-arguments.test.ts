import { expect, test } from 'vitest';
import { areArguments } from './call-arguments.ts';

test.each(['{}', '{"a":[{"b":1}]}', ' { } '])('%s can be the arguments of a call', (text) => {
  expect(areArguments(text)).toBe(true);
});

test.each(['', '[]', 'null', '"a"', '{', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`])('%s cannot', (text) => {
  expect(areArguments(text)).toBe(false);
});
