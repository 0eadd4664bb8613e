import { expect, test } from 'vitest';
import { createTokenRate } from './token-rate.ts';

test('the rate is that of the last five whole seconds', () => {
  let now = 10_000;
  const rate = createTokenRate(() => now);
  expect(rate.perSecond()).toBe(0);
  rate.add(7);
  rate.add(8);
  expect(rate.perSecond()).toBe(0);
  now = 11_500;
  rate.add(10);
  expect(rate.perSecond()).toBe(3);
  now = 12_000;
  expect(rate.perSecond()).toBe(5);
  now = 16_000;
  expect(rate.perSecond()).toBe(2);
  now = 100_000;
  expect(rate.perSecond()).toBe(0);
});
