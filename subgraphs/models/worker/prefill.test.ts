import { expect, test } from 'vitest';
import { nextChunk } from './prefill.ts';

test('chunks of a prompt grow while they are quick and shrink while they are slow', () => {
  expect(nextChunk(32, 10)).toBe(64);
  expect(nextChunk(64, 10)).toBe(128);
  expect(nextChunk(128, 10)).toBe(128);
  expect(nextChunk(128, 75)).toBe(128);
  expect(nextChunk(128, 500)).toBe(64);
  expect(nextChunk(16, 5_000)).toBe(16);
});
