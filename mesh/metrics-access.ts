import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { originOf } from './address.ts';

/** Headers by which a proxy says that it speaks for another. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const isOfThisMachine = (host: string | undefined): boolean => {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || originOf(hostname.replaceAll(/[[\]]/g, '')).loopback;
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * How a request for metrics proves that it may read them.
 * - `token`: by the token that is made for this
 * - `local`: by nothing, but it comes from this machine, is meant for it, and no proxy has brought it
 * - `unproven`: by neither; it may carry another credential
 */
export type MetricsProof = 'token' | 'local' | 'unproven';

/** @param token DEVSTUDIO_METRICS_TOKEN */
export const proveMetricsReader = (
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  token: string | undefined,
): MetricsProof => {
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(token))) return 'token';
  // Who sends a credential wants it to be looked at.
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined) return 'unproven';
  const direct = FORWARDING.every((name) => headers[name] === undefined);
  // A page of the web whose name was made to mean this machine still sends its own name.
  return direct && isOfThisMachine(headers.host) && originOf(socket.remoteAddress ?? '').loopback
    ? 'local'
    : 'unproven';
};
