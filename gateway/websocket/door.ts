import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { originOf } from '#mesh/address.ts';
import type { Log } from '#mesh/log.ts';
import { MAX_BODY_BYTES } from '#mesh/serve.ts';
import type { Client } from '#mesh/identity.ts';
import type { ReadClaim } from '../access/claim.ts';
import { shownBy } from '../access/credentials.ts';
import type { WatchSession } from '../access/live-sessions.ts';
import type { DocumentGraph } from '../graph.ts';
import type { ReadClient } from '../http/client.ts';
import { rateError, rateHeaders, type RateDecision } from '../rates/decision.ts';
import type { RateLimits } from '../rates/limits.ts';
import type { Meter, OpenMeter } from '../rates/meter.ts';
import { Tally } from '../rates/tally.ts';
import type { Unread, UnreadAnswers } from '../rates/unread.ts';
import { decideAdmission } from './admission.ts';
import { CLOSES } from './close-codes.ts';
import { withQuery } from './document-id.ts';
import { Places } from './places.ts';
import { countRefusal, createProtocol, type Connection } from './protocol.ts';

const KEEP_ALIVE_MS = 12_000;
/** Bytes that wait for a client; more means that it sends and does not read. */
const MAX_BUFFERED_BYTES = 32 * 1_048_576;
/** How often `stop` looks whether the last operation is over. */
const DRAIN_MS = 50;

const Complete = z.object({ type: z.literal('complete'), id: z.string() });

/** The id of the operation that this message ends. graphql-ws tells streams so, but neither queries nor mutations. */
const endedBy = (text: string): string | undefined => {
  if (text.length > 1_024 || !text.includes('complete')) return undefined;
  try {
    const message = Complete.safeParse(JSON.parse(text));
    return message.success ? message.data.id : undefined;
  } catch {
    return undefined;
  }
};

/** Ends a connection whose other side no longer answers. */
const keepAlive = (socket: WebSocket): (() => void) => {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, KEEP_ALIVE_MS);
  return () => clearInterval(timer);
};

/** Closes a connection of nobody's on which nothing was under way, twice, when this has looked. */
const endIdle = (seconds: number, isBusy: () => boolean, end: () => void): (() => void) => {
  let idle = false;
  const timer = setInterval(() => {
    if (!isBusy() && idle) end();
    idle = !isBusy();
  }, seconds * 500);
  return () => clearInterval(timer);
};

const dropStalled = (socket: WebSocket): void => {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
};

/** Resolves when the operating system has taken the text, so that a slow reader slows its source. */
const send = (socket: WebSocket, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    dropStalled(socket);
    if (socket.readyState !== socket.OPEN) resolve();
    else socket.send(text, (error) => (error ? reject(error) : resolve()));
  });

/** Answers an upgrade with HTTP and hangs up. */
const refuse = (socket: Duplex, status: string, headers: Readonly<Record<string, string>> = {}): void => {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  // Node leaves open the half of the client, who may never end it.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`);
};

interface DoorOptions {
  readonly openMeter: OpenMeter;
  readonly readClaim: ReadClaim;
  readonly readClient: ReadClient;
  readonly unread: UnreadAnswers;
  readonly limits: Pick<RateLimits, 'sockets' | 'anonymousSockets' | 'anonymousIdle' | 'loopback'>;
}

export interface WebSocketDoor {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes no new connection, lets operations finish for `graceMs`, then closes what is left. */
  stop(graceMs: number): Promise<void>;
}

/** `/graphql` over WebSocket. */
export const createWebSocketDoor = (
  graph: DocumentGraph,
  watch: WatchSession,
  log: Log,
  { openMeter, readClaim, readClient, limits, unread }: DoorOptions,
): WebSocketDoor => {
  const protocol = createProtocol(graph, watch, log);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    handleProtocols,
    clientTracking: false,
    // One message of a socket in each turn of the event loop: whoever sends thousands waits behind the others.
    allowSynchronousEvents: false,
  });
  const open = new Map<WebSocket, Connection>();
  /** Those that have not said who they are, by address, and those that have, by user. */
  const anonymous = new Tally();
  const known = new Tally();
  const places = new Places();
  let stopping = false;

  /** @param leave takes it off the anonymous ones */
  const accept = (socket: WebSocket, client: Client, meter: Meter, leave: () => void): void => {
    const end = new AbortController();
    let leaveUser: (() => void) | undefined;
    let stopWatching: (() => void) | undefined;
    const isBusy = (): boolean => connection.operations.size > 0;
    const giveWay = (): void => {
      connection.close(CLOSES.tryAgainLater);
      // Its place is taken already, whether it answers or not.
      setTimeout(() => socket.terminate(), DRAIN_MS * 10).unref();
    };
    const guest = { isBusy, giveWay };
    const connection: Connection = {
      close: ({ code, reason }) => socket.close(code, reason),
      isSigned: async (credentials) => (await readClaim(credentials, () => meter.mayCheck())).kind === 'signed',
      admit: (userId) => {
        if (known.of(userId) >= limits.sockets || !places.becomeKnown(guest)) return false;
        leave();
        leaveUser = known.add(userId);
        return true;
      },
      admitUnknown: () => {
        if (!places.stayUnknown(guest)) return false;
        stopWatching = endIdle(limits.anonymousIdle, isBusy, () => connection.close(CLOSES.idle));
        return true;
      },
      operations: new Map(),
      signal: end.signal,
      credentials: {},
      client,
      refusals: 0,
      meter,
      limited: undefined,
    };
    open.set(socket, connection);
    places.enter(guest);
    const rest = keepAlive(socket);
    const waiting: Unread = { bytes: () => socket.bufferedAmount, cut: () => socket.terminate() };
    let holder: string | undefined;
    const countUnread = (): void => {
      const isRead = socket.bufferedAmount === 0 || socket.readyState !== socket.OPEN;
      if (isRead && holder !== undefined) unread.release(holder, waiting);
      holder = isRead ? undefined : (holder ?? meter.holder);
      if (holder !== undefined) unread.hold(holder, waiting);
    };
    // Each is answered, whether the client reads that or not.
    socket.on('ping', () => dropStalled(socket));
    const read = async (text: string, handle: (text: string) => Promise<void>): Promise<void> => {
      connection.limited = rateError(await meter.prepay(1));
      if (connection.limited) countRefusal(connection);
      await handle(withQuery(text));
    };
    // A frame that is malformed or too large; ws closes the connection with the code for it.
    socket.on('error', (error) => log.debug({ error: error.message }, 'a WebSocket failed'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => {
          const sent = send(socket, text);
          countUnread();
          return holder === undefined ? sent : sent.finally(countUnread);
        },
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data: Buffer) => {
            // What a client had sent before it hears that it was closed.
            if (socket.readyState !== socket.OPEN) return;
            // A Buffer as long as nobody sets another `binaryType`.
            const text = data.toString();
            dropStalled(socket);
            const ended = endedBy(text);
            if (ended !== undefined) connection.operations.get(ended)?.abort();
            read(text, handle).catch((error: unknown) => {
              if (socket.readyState !== socket.OPEN) return;
              log.error({ error }, 'a WebSocket message failed unexpectedly');
              connection.close(CLOSES.failed);
            });
          });
        },
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      rest();
      countUnread();
      leaveUser?.();
      stopWatching?.();
      places.leave(guest);
      end.abort();
      open.delete(socket);
      for (const operation of connection.operations.values()) operation.abort();
      closed(code, String(reason)).catch((error: unknown) => log.error({ error }, 'a WebSocket did not close'));
    });
  };

  return {
    upgrade: (request, socket, head) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const client = readClient(request);
      const origin = originOf(client.address ?? '');
      const admission = decideAdmission({
        path,
        stopping,
        ofAddress: anonymous.of(origin.key),
        mostOfAddress: limits.anonymousSockets * (origin.loopback ? limits.loopback : 1),
      });
      if (admission.outcome === 'refused') return refuse(socket, admission.status);
      const meter = openMeter(client.address);
      const leave = anonymous.add(origin.key);
      // Whatever becomes of the upgrade, a connection that is gone counts no more.
      socket.once('close', leave);
      const admit = (rate: RateDecision): void => {
        if (rate.outcome === 'within') {
          sockets.handleUpgrade(request, socket, head, (upgraded) => accept(upgraded, client, meter, leave));
        } else {
          const headers = { ...rateHeaders(rate), 'retry-after': String(rate.retryAfterSeconds) };
          refuse(socket, '429 Too Many Requests', headers);
        }
      };
      const prepay = async (): Promise<RateDecision> => {
        meter.claim(await readClaim(shownBy(request.headers), () => meter.mayCheck()), true);
        return meter.prepay(1);
      };
      prepay()
        .then(admit)
        .catch((error: unknown) => {
          log.error({ error }, 'an upgrade failed unexpectedly');
          socket.destroy();
        });
    },
    stop: async (graceMs) => {
      stopping = true;
      const busy = (): boolean => [...open.values()].some(({ operations }) => operations.size > 0);
      const end = Date.now() + graceMs;
      while (busy() && Date.now() < end) await sleep(DRAIN_MS);
      for (const socket of open.keys()) {
        socket.close(CLOSES.goingAway.code, CLOSES.goingAway.reason);
        // A client that does not answer the closing handshake would hold the port.
        setTimeout(() => socket.terminate(), DRAIN_MS * 10).unref();
      }
    },
  };
};
