import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a client has sent to prove who it is. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  /** An API key; only its SHA-256 in hexadecimal goes any further. */
  | { readonly kind: 'key'; readonly hash: string }
  /** Something was sent that can be no credential. */
  | { readonly kind: 'unreadable' };

/** What every API key begins with; no token does. */
const KEY_PREFIX = 'cds_';

/** Longer than any token that we issue; keeps the cache of verified tokens small. */
const MAX_LENGTH = 4_096;

/** What HTTP headers show. */
export const shownBy = ({
  authorization,
  'x-api-key': key,
}: IncomingHttpHeaders): { readonly authorization: string | undefined; readonly 'x-api-key': string | undefined } => ({
  authorization,
  'x-api-key': Array.isArray(key) ? key[0] : key,
});

/** Reads `Authorization: Bearer …`, or `x-api-key` where there is none. */
export const readCredential = (headers: {
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | undefined;
}): Credential => {
  const { authorization, 'x-api-key': key } = headers;
  if (authorization === undefined && key === undefined) return { kind: 'none' };
  const token = authorization === undefined ? key?.trim() : /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (token === undefined || token === '' || token.length > MAX_LENGTH) return { kind: 'unreadable' };
  if (!token.startsWith(KEY_PREFIX)) return { kind: 'token', token };
  return { kind: 'key', hash: createHash('sha256').update(token).digest('hex') };
};
