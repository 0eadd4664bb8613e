import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token is this many random bytes and, over them and the e-mail address, as many of an HMAC. */
const HALF = 16;
const SHAPE = /^[\w-]{43}$/;

const mark = (key: Buffer, email: string, id: Buffer): Buffer =>
  createHmac('sha256', key).update(id).update(email.toLowerCase()).digest().subarray(0, HALF);

/**
 * A token that says, to this installation alone, that somebody has signed in with this e-mail address before. It is no
 * credential: it only keeps whoever has it from waiting for what others try.
 * @param key of purpose `device-tokens`
 */
export const newDeviceToken = (key: Buffer, email: string): string => {
  const id = randomBytes(HALF);
  return Buffer.concat([id, mark(key, email, id)]).toString('base64url');
};

/** Which device a token names, in hexadecimal; null when it was not made here for this e-mail address. */
export const deviceOf = (key: Buffer, email: string, token: string): string | null => {
  if (!SHAPE.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const id = bytes.subarray(0, HALF);
  return timingSafeEqual(bytes.subarray(HALF), mark(key, email, id)) ? id.toString('hex') : null;
};
