/** A process of its own that asks a gateway as much as it can answer. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { quantile } from '../statistics.ts';
import { Order, type Outcome, type Requests, type Streams } from './load-order.ts';

let seeds = 0;
const seed = (distinct: boolean): string => `~${String(distinct ? (seeds += 1) : 0).padStart(9, '0')}~`;

interface Reply {
  readonly status: number;
  readonly bytes: number;
}

const ask = (pool: Pool, body: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    let status = 0;
    let bytes = 0;
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-request-id': randomUUID() };
    pool.dispatch(
      { path: '/graphql', method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => void (status = code),
        onResponseData: (_, chunk) => void (bytes += chunk.length),
        onResponseEnd: () => resolve({ status, bytes }),
        onResponseError: (_, error) => reject(error),
      },
    );
  });

const sendRequests = async ({ url, query, distinct, ms, atOnce }: Requests): Promise<Outcome> => {
  const pool = new Pool(url, { connections: atOnce });
  const body = (): string => JSON.stringify({ query, variables: { seed: seed(distinct) } });
  try {
    // Ids and seeds are of one length, so every answer must be as long as the first.
    const { bytes } = await ask(pool, body());
    const latencies: number[] = [];
    const begun = performance.now();
    const client = async (): Promise<void> => {
      while (performance.now() - begun < ms) {
        const sent = performance.now();
        const reply = await ask(pool, body());
        if (reply.status !== 200 || reply.bytes !== bytes) {
          throw new Error(`${url} answered ${reply.status} with ${reply.bytes} bytes instead of ${bytes}.`);
        }
        latencies.push(performance.now() - sent);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    const seconds = (performance.now() - begun) / 1_000;
    return { done: latencies.length, seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  } finally {
    await pool.destroy();
  }
};

const Message = z.object({
  type: z.string(),
  payload: z.object({ errors: z.array(z.unknown()).optional() }).nullish(),
});

/** One client of graphql-transport-ws, connected and ready to subscribe. */
const connect = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => resolve(socket));
  });

const readStream = (socket: WebSocket, query: string, variables: object): Promise<number> =>
  new Promise((resolve, reject) => {
    let events = 0;
    socket.on('message', (data: Buffer) => {
      // Most messages are events; to parse them all would make this process the bottleneck.
      const text = data.toString();
      if (!text.includes('"errors"') && text.includes('"next"')) {
        events += 1;
        return;
      }
      const { type } = Message.parse(JSON.parse(text));
      if (type === 'ping') socket.send('{"type":"pong"}');
      else if (type === 'complete') resolve(events);
      else reject(new Error(text.slice(0, 500)));
    });
    socket.once('close', (code) => reject(new Error(`the stream was closed with ${code}`)));
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables } }));
  });

const readStreams = async ({ url, query, distinct, clients, events }: Streams): Promise<Outcome> => {
  const sockets = await Promise.all(Array.from({ length: clients }, () => connect(url)));
  try {
    const begun = performance.now();
    const read = await Promise.all(
      sockets.map((socket) => readStream(socket, query, { seed: seed(distinct), count: events })),
    );
    const seconds = (performance.now() - begun) / 1_000;
    const done = read.reduce((sum, count) => sum + count, 0);
    if (done !== clients * events) throw new Error(`${url} gave ${done} events instead of ${clients * events}.`);
    return { done, seconds, p50: null, p99: null };
  } finally {
    for (const socket of sockets) socket.terminate();
  }
};

process.on('message', (message) => {
  const order = Order.parse(message);
  const work = order.kind === 'requests' ? sendRequests(order) : readStreams(order);
  work.then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
