import { generateSync } from 'otplib';
import { describe, expect, test } from 'vitest';
import { hashOfRecoveryCode, newRecoveryCodes, newTotp, stepOfCode } from './totp.ts';

/** RFC 6238, appendix B, in the six digits that authenticators show. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code of an authenticator', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at %i s is as RFC 6238 has it', (seconds, code) => {
    expect(stepOfCode(RFC_SECRET, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  test('is good one step early and one step late, and tells its own step', () => {
    const now = 1_000_000_010;
    const found = [-2, -1, 0, 1, 2].map((steps) =>
      stepOfCode(RFC_SECRET, generateSync({ secret: RFC_SECRET, epoch: now + 30 * steps }), now * 1_000),
    );
    const step = Math.floor(now / 30);
    expect(found).toEqual([null, step - 1, step, step + 1, null]);
  });

  test('may be typed with a space, and is nothing else than six digits', () => {
    expect(stepOfCode(RFC_SECRET, '287 082', 59_000)).toBe(1);
    for (const text of ['', '28708', '2870822', '28708x', '٢٨٧٠٨٢', '-87082', '1e5000']) {
      expect(stepOfCode(RFC_SECRET, text, 59_000)).toBeNull();
    }
  });

  test('comes from a secret of 160 bits that an authenticator can read as an address', () => {
    const { secret, uri } = newTotp('ada@example.org');
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toContain('otpauth://totp/CyberDevStudio:ada%40example.org');
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
  });
});

describe('recovery codes', () => {
  test('are ten different ones of 80 bits', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[a-z2-7]{4}-){3}[a-z2-7]{4}$/);
  });

  test('are the same however they are typed', () => {
    const hash = hashOfRecoveryCode('abcd-efgh-2345-wxyz');
    expect(hash).toHaveLength(32);
    expect(hashOfRecoveryCode(' ABCD EFGH 2345 WXYZ ')).toEqual(hash);
    for (const text of ['', 'abcd', 'abcd-efgh-2345-wxy1', 'a'.repeat(17)]) {
      expect(hashOfRecoveryCode(text)).toBeNull();
    }
  });
});
