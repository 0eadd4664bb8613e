import { expect, test } from 'vitest';
import { createRing } from './ring.ts';

/** Bytes of a stream in which each tells where it stands. */
const numbered = (from: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (from + index) % 251));

test('what is written is read again from any offset that is kept', () => {
  const ring = createRing(10_000);
  ring.write(numbered(0, 6_000));
  ring.write(numbered(6_000, 3_000));
  expect(ring.end).toBe(9_000);
  expect(ring.read(0, 10_000)).toEqual({ lost: 0, bytes: numbered(0, 9_000) });
  expect(ring.read(5_999, 2)).toEqual({ lost: 0, bytes: numbered(5_999, 2) });
  expect(ring.read(9_000, 10)).toEqual({ lost: 0, bytes: Buffer.alloc(0) });
});

test('the oldest bytes make way, and whoever asks for them is told how many', () => {
  const ring = createRing(100);
  for (let at = 0; at < 1_000; at += 30) ring.write(numbered(at, 30));
  expect(ring.end).toBe(1_020);
  expect(ring.read(0, 1_000)).toEqual({ lost: 920, bytes: numbered(920, 100) });
  expect(ring.read(919, 4)).toEqual({ lost: 1, bytes: numbered(920, 4) });
  expect(ring.read(920, 4)).toEqual({ lost: 0, bytes: numbered(920, 4) });
});

test('of more than it holds at once the end stays', () => {
  const ring = createRing(64);
  ring.write(numbered(0, 10));
  ring.write(numbered(10, 200));
  expect(ring.read(0, 1_000)).toEqual({ lost: 146, bytes: numbered(146, 64) });
});

test('however the bytes are cut, those that are kept are the same', () => {
  const sizes = [1, 7, 64, 3, 128, 0, 63, 65, 1_000, 5];
  const ring = createRing(128);
  let written = 0;
  for (let round = 0; round < 20; round++) {
    for (const size of sizes) {
      ring.write(numbered(written, size));
      written += size;
      const { lost, bytes } = ring.read(0, written);
      expect(bytes).toEqual(numbered(lost, written - lost));
      expect(bytes.length).toBe(Math.min(128, written));
    }
  }
});
