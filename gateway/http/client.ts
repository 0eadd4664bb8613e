import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { plainAddress, type AddressList } from '#mesh/address.ts';
import type { Client } from '#mesh/identity.ts';

const MAX_USER_AGENT = 256;

/** An address with the port that some proxies add: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;

/** Where a request comes from. */
export type ReadClient = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Client;

/**
 * The address that a chain of proxies speaks for. Each proxy adds at the right end whom it has seen, and what stands
 * left of that is whatever it was told; so it is read from the right, and no further than the first stranger.
 * @param peer who has connected
 * @param forwarded `X-Forwarded-For`
 */
const forwardedAddress = (peer: string, forwarded: string, trusted: AddressList): string => {
  let address = peer;
  for (const hop of forwarded.split(',').toReversed()) {
    if (!trusted.contains(address)) return address;
    const text = hop.trim();
    const [, six, four] = WITH_PORT.exec(text) ?? [];
    const next = plainAddress(six ?? four ?? text);
    // `unknown`, a name, or nonsense: the nearest that is known for sure stands for it.
    if (isIP(next) === 0) return address;
    address = next;
  }
  return address;
};

/** @param trusted the proxies whose word counts; undefined for none */
export const createReadClient =
  (trusted: AddressList | undefined): ReadClient =>
  ({ headers, socket }) => {
    const peer = socket.remoteAddress === undefined ? null : plainAddress(socket.remoteAddress);
    // Node joins the header's lines in their order.
    const forwarded = headers['x-forwarded-for'];
    const address =
      peer === null || trusted === undefined || typeof forwarded !== 'string'
        ? peer
        : forwardedAddress(peer, forwarded, trusted);
    return { address, userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null };
  };
