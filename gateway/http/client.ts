import type { IncomingMessage } from 'node:http';
import type { Client } from '#mesh/identity.ts';

const MAX_USER_AGENT = 256;

/** Where a request comes from. */
export const clientOf = (request: IncomingMessage): Client => ({
  address: request.socket.remoteAddress ?? null,
  userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
});
