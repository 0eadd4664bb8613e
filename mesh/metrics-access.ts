import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { originOf } from './address.ts';

/** Headers by which a proxy says that it speaks for another. */
const isForwarding = (name: string): boolean =>
  /^(?:x-forwarded-.+|x-original-.+|x-real-ip|forwarded|via|true-client-ip|cf-.+|fly-.+)$/.test(name);

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

/** A door, as far as it matters for who may read its metrics. */
export interface MetricsDoor {
  /** DEVSTUDIO_METRICS_TOKEN */
  readonly token: string | undefined;
  /**
   * Whether nobody but this machine can mean it. A proxy need not say that it is one, and then all of its clients look
   * like this machine: so not where the door is for others.
   */
  readonly isPrivate: boolean;
}

export const proveMetricsReader = (
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  { token, isPrivate }: MetricsDoor,
): MetricsProof => {
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(token))) return 'token';
  // Who sends a credential wants it to be looked at.
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined) return 'unproven';
  const direct = isPrivate && !Object.keys(headers).some(isForwarding);
  // A page of the web whose name was made to mean this machine still sends its own name.
  return direct && isOfThisMachine(headers.host) && originOf(socket.remoteAddress ?? '').loopback
    ? 'local'
    : 'unproven';
};
