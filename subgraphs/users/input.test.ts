import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Instant, NewPassword, parseInput, Reason, WholeNumber } from './input.ts';

describe('a new password', () => {
  test.each(['correct horse', 'ünïcödé 🙂🙂', 'ten spaces'])('may be %j', (password) => {
    expect(NewPassword.safeParse(password).success).toBe(true);
  });

  test.each(['too short', 'x'.repeat(1_025), '\ud800'.repeat(12)])('may not be %j', (password) => {
    expect(NewPassword.safeParse(password).success).toBe(false);
  });
});

test('a reason is one line, or nothing', () => {
  expect(['', 'For the workshop'].every((reason) => Reason.safeParse(reason).success)).toBe(true);
  expect(['two\nlines', '\ud800', 'x'.repeat(201)].some((reason) => Reason.safeParse(reason).success)).toBe(false);
});

test.each(['-5', '00005', '1e3', '', ' 1', '٣', '12345678901234567890', -5, 5.5, 1e21, null, [], true])(
  'a whole number is not %j, and our own words say so',
  (limit) => {
    expect(() => parseInput(z.object({ limit: WholeNumber }), { limit })).toThrow(
      /^limit must be (?:a whole number of 0 or more, without leading zeros|less than 2\^63)\.$/u,
    );
  },
);

test('a whole number is 0 or more, up to 2^63 - 1', () => {
  expect(['0', '9223372036854775807', 7].map((value) => WholeNumber.parse(value))).toEqual([0n, 2n ** 63n - 1n, 7n]);
  expect(WholeNumber.safeParse('9223372036854775808').success).toBe(false);
});

test('an instant lies between 1970 and 9999, wherever its offset puts it', () => {
  for (const text of [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+10:00',
    '9999-12-31T23:59:59-23:59',
    '1969-12-31T23:59:59Z',
  ]) {
    expect(Instant.safeParse(text).success, text).toBe(false);
  }
  for (const text of ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-01T01:00:00+02:00']) {
    expect(Instant.safeParse(text).success, text).toBe(true);
  }
});
