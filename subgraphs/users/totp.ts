import { createHash, randomBytes } from 'node:crypto';
import { generateSecret, generateURI, verifySync } from 'otplib';

/** RFC 6238's usual step, which is what authenticators assume. */
const STEP_SECONDS = 30;
const ISSUER = 'CyberDevStudio';
const RECOVERY_CODES = 10;
/** 80 random bits: 16 characters of base 32. */
const RECOVERY_BYTES = 10;
/** Without letters that look like digits (RFC 4648 has none of 0, 1, 8 and 9). */
const BASE_32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new secret of 160 bits, in base 32, and as `otpauth://` address for a QR code. */
export const newTotp = (email: string): { readonly secret: string; readonly uri: string } => {
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: ISSUER, label: email, secret, period: STEP_SECONDS }) };
};

/**
 * The time step that a code belongs to, of the present one and its two neighbours; null when it is no code of these.
 * @param now milliseconds since 1970
 */
export const stepOfCode = (secret: string, code: string, now: number): number | null => {
  const token = code.replaceAll(' ', '');
  if (!/^\d{6}$/.test(token)) return null;
  const epoch = Math.floor(now / 1_000);
  const result = verifySync({ secret, token, epoch, period: STEP_SECONDS, epochTolerance: STEP_SECONDS });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
};

const newRecoveryCode = (): string => {
  let bits = 0n;
  for (const byte of randomBytes(RECOVERY_BYTES)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let rest = bits; text.length < (RECOVERY_BYTES * 8) / 5; rest >>= 5n) text += BASE_32[Number(rest & 31n)];
  return text.replaceAll(/(.{4})(?=.)/g, '$1-');
};

/** Codes for whoever has lost the authenticator, like `abcd-efgh-2345-wxyz`. */
export const newRecoveryCodes = (): readonly string[] => Array.from({ length: RECOVERY_CODES }, newRecoveryCode);

/** What the database stores of a recovery code, however it was typed; null for what cannot be one. */
export const hashOfRecoveryCode = (code: string): Buffer | null => {
  const text = code.replaceAll(/[\s-]/g, '').toLowerCase();
  return /^[a-z2-7]{16}$/.test(text) ? createHash('sha256').update(text).digest() : null;
};
