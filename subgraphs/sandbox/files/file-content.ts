import { isUtf8 } from 'node:buffer';
import type { FileEncoding } from '#codegen/sandbox.ts';

/** The most bytes that one file may have. */
export const MAX_FILE_BYTES = 524_288;

export type ContentVerdict =
  | { readonly outcome: 'accepted'; readonly bytes: Buffer }
  | { readonly outcome: 'too large' }
  /** `reason` completes the sentence "The content …". */
  | { readonly outcome: 'malformed'; readonly reason: string };

/** Base64 of RFC 4648 §4, padded; Node's own decoder takes anything. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Turns what a client sent into the bytes of a file, or says why not. */
export const decodeContent = (content: string, encoding: FileEncoding): ContentVerdict => {
  if (encoding === 'UTF8') {
    if (!content.isWellFormed()) return { outcome: 'malformed', reason: 'is not valid Unicode: send it as BASE64' };
    const bytes = Buffer.from(content, 'utf8');
    return bytes.length > MAX_FILE_BYTES ? { outcome: 'too large' } : { outcome: 'accepted', bytes };
  }
  if (Buffer.byteLength(content, 'base64') > MAX_FILE_BYTES) return { outcome: 'too large' };
  if (!BASE64.test(content)) return { outcome: 'malformed', reason: 'is not base64 with padding' };
  return { outcome: 'accepted', bytes: Buffer.from(content, 'base64') };
};

/** The bytes of a text in base64; null when it is none. */
export const base64Bytes = (text: string): Buffer | null => (BASE64.test(text) ? Buffer.from(text, 'base64') : null);

/** The text of a file, or null when it is not UTF-8. */
export const textOf = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString('utf8') : null);
