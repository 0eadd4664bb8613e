import { expect, test } from 'vitest';
import { cosineOf, packVector } from './vectors.ts';

const cosine = (one: number[], other: number[]): number =>
  cosineOf(packVector(one) ?? Buffer.alloc(0), packVector(other) ?? Buffer.alloc(0));

test('the same direction is 1, whatever the length; the opposite is -1, a right angle 0', () => {
  expect(cosine([1, 2, 3], [10, 20, 30])).toBeCloseTo(1);
  expect(cosine([1, 2], [-1, -2])).toBeCloseTo(-1);
  expect(cosine([1, 0], [0, 5])).toBeCloseTo(0);
});

test.each([[[0, 0]], [[Number.NaN]], [[Number.POSITIVE_INFINITY, 1]], [[]]])(
  '%j has no direction that could be kept',
  (numbers) => {
    expect(packVector(numbers)).toBeNull();
  },
);
