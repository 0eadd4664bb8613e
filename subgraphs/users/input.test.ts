import { describe, expect, test } from 'vitest';
import { NewPassword, Reason } from './input.ts';

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
