import { expect, test } from 'vitest';
import { FIRST_CHUNK, nextChunk, type Chunk } from './prefill.ts';

/** The sizes of so many chunks, where a chunk of a size takes so long. */
const sizesOf = (count: number, takes: (size: number, index: number) => number): number[] => {
  const sizes: number[] = [];
  let chunk: Chunk = FIRST_CHUNK;
  for (let index = 0; index < count; index += 1) {
    sizes.push(chunk.size);
    chunk = nextChunk(chunk, takes(chunk.size, index));
  }
  return sizes;
};

test('chunks grow while they are quick, up to 128 tokens', () => {
  expect(sizesOf(5, () => 10)).toEqual([32, 64, 128, 128, 128]);
});

test('they shrink while they are slow, where that makes them quicker, and no more than to 16 tokens', () => {
  expect(sizesOf(4, (size) => size * 5)).toEqual([32, 16, 16, 16]);
  expect(sizesOf(4, (size) => size * 500)).toEqual([32, 16, 16, 16]);
});

test('they stay where they take what they should', () => {
  expect(sizesOf(4, (size) => size * 1.2)).toEqual([32, 64, 64, 64]);
});

test('they grow again where a half takes as long: not their size is what makes them slow', () => {
  expect(sizesOf(7, (size) => 150 + size / 10)).toEqual([32, 16, 32, 64, 128, 128, 128]);
});

test('a long prompt on a busy machine is read in large chunks, and now and then it is tried whether smaller ones help', () => {
  const sizes = sizesOf(200, (size) => 150 + size / 10);
  expect(sizes.filter((size) => size === 128).length).toBeGreaterThan(150);
  expect(sizes.slice(10)).toContain(64);
});

test('when the machine has its time again, chunks take what they should again', () => {
  const sizes = sizesOf(40, (size, index) => size * 2 + (index < 5 ? 300 : 0));
  expect(sizes.slice(-15)).toEqual(Array(15).fill(32));
});

test('one moment of others’ work does not keep chunks large', () => {
  const sizes = sizesOf(40, (size, index) => size * 5 + (index === 1 ? 200 : 0));
  expect(sizes.slice(-15)).toEqual(Array(15).fill(16));
});

test('no more than a second is borne on a machine that is slow by itself', () => {
  const sizes = sizesOf(40, (size, index) => size * 31 + (index === 1 ? 1_500 : 0));
  expect(Math.max(...sizes)).toBe(32);
  expect(sizes.slice(-15)).toEqual(Array(15).fill(16));
});
