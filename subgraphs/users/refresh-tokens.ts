import { createHash, createHmac, randomBytes } from 'node:crypto';

/** An opaque secret of 256 bits. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

export const isRefreshToken = (text: string): boolean => /^[\w-]{43}$/.test(text);

/**
 * The token that follows a spent one. Derived, not drawn: whoever repeats a refresh within the grace (a second tab, a
 * client whose answer got lost) receives the very token that the first use received, and the session goes on as one.
 * @param key the key of purpose `refresh-tokens`
 */
export const successorOf = (key: Buffer, token: string): string =>
  createHmac('sha256', key).update(token).digest('base64url');

/** What the database stores. A plain hash is enough, since nobody guesses 256 random bits. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
