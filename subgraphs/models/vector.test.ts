import { expect, test } from 'vitest';
import { unitVector } from './vector.ts';

test('a vector becomes as long as 1', () => {
  expect(unitVector(Float32Array.of(3, -4), 2)).toEqual([0.600000024, -0.800000012]);
});

test('fewer dimensions are the first ones, as long as 1 again', () => {
  const vector = unitVector(Float32Array.of(1, 2, 2, 100), 3);
  expect(vector).toHaveLength(3);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
});

test('every number is exactly one of 32 bits', () => {
  const vector = unitVector(
    Float32Array.from({ length: 64 }, (_, index) => Math.sin(index + 1)),
    64,
  );
  for (const value of vector) expect(Number(Math.fround(value).toPrecision(9))).toBe(value);
});

test('zeros stay zeros, and what is no number is an error', () => {
  expect(unitVector(Float32Array.of(0, 0), 2)).toEqual([0, 0]);
  expect(() => unitVector(Float32Array.of(1, Number.NaN), 2)).toThrow('without a length');
});
