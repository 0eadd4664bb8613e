import { expect, test } from 'vitest';
import { hashOf, isRefreshToken, newRefreshToken, successorOf } from './refresh-tokens.ts';

const key = Buffer.alloc(32, 7);

test('new tokens and their successors look like tokens and are all different', () => {
  const tokens = Array.from({ length: 50 }, newRefreshToken);
  const all = [...tokens, ...tokens.map((token) => successorOf(key, token))];
  expect(all.every(isRefreshToken)).toBe(true);
  expect(new Set(all).size).toBe(100);
});

test('a token has one successor, which another key does not find', () => {
  const token = newRefreshToken();
  expect(successorOf(key, token)).toBe(successorOf(key, token));
  expect(successorOf(Buffer.alloc(32, 8), token)).not.toBe(successorOf(key, token));
});

test('a hash is 32 bytes and tells tokens apart', () => {
  const token = newRefreshToken();
  expect(hashOf(token)).toHaveLength(32);
  expect(hashOf(token).equals(hashOf(newRefreshToken()))).toBe(false);
});

test.each(['', 'a', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}+`, `${'a'.repeat(43)}\n`])(
  'what we never made is no token: %j',
  (text) => {
    expect(isRefreshToken(text)).toBe(false);
  },
);
