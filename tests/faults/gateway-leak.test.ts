import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startGatewayProcess, type GatewayProcess } from '#tests/conformance/mesh/gateway-process.ts';

const MIB = 1_048_576;
/** `GATEWAY_LEAK_REQUESTS=100000 GATEWAY_LEAK_STREAMS=5000` is the whole of it. */
const REQUESTS = Number(process.env['GATEWAY_LEAK_REQUESTS'] ?? 3_000);
const STREAMS = Number(process.env['GATEWAY_LEAK_STREAMS'] ?? 200);
const AT_ONCE = 16;

let gateway: GatewayProcess;
let pool: Pool;
let token: string;
let renewed = 0;

beforeAll(async () => {
  gateway = await startGatewayProcess();
  pool = new Pool(gateway.url, { connections: AT_ONCE });
});

afterAll(async () => {
  await pool.destroy();
  await gateway.stop();
});

/** A token is taken for fifteen minutes at most, and the whole of it may last longer. */
const renew = async (): Promise<void> => {
  if (Date.now() - renewed < 300_000) return;
  token = await gateway.keys.token('ADMIN');
  renewed = Date.now();
};

/** The next message; an error when there is none any more. */
const nextMessage = async (socket: WebSocket): Promise<void> => {
  const closed = once(socket, 'close').then(([code]) => Promise.reject(new Error(`closed with ${code}`)));
  await Promise.race([once(socket, 'message'), closed]);
};

/** Runs `work` with each number below `times`, some at a time. */
const each = async (times: number, work: (index: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < times) {
      await renew();
      await work(next++);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
};

/** What clients do: each kind of operation, good and bad, signed in or not, waited for or given up. */
const OPERATIONS: readonly string[] = [
  '{ hello(name: "x") }',
  '{ projects { id owner { name motto } members { name quota } } media { title reviews } }',
  'query ($id: ID!) { user(id: $id) { name friends { name quota } } }',
  'mutation ($id: ID!) { rename(id: $id, name: "x") { name quota } }',
  '{ hello(name: "crash") projects { id } }',
  '{ users { name ... @defer { quota } } }',
  '{ unknown }',
  '{',
  '{ users { secret } me { id } }',
  'mutation { manage }',
  '{ __schema { types { name } } }',
];

const request = async (index: number): Promise<void> => {
  const query = OPERATIONS[index % OPERATIONS.length];
  const signedIn = index % 3 === 0;
  // Every fiftieth is given up at once.
  const signal = index % 50 === 7 ? AbortSignal.timeout(1) : null;
  try {
    const { body } = await pool.request({
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed, application/json',
        ...(signedIn ? { authorization: `Bearer ${token}` } : {}),
      },
      // Some texts are unlike all others, as with clients that write values into them.
      body: JSON.stringify({ query: `${query} # ${index % 20 === 0 ? index : ''}`, variables: { id: String(index) } }),
      signal,
    });
    await body.dump();
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
};

const overWebSocket = async (index: number): Promise<void> => {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const payload = index % 2 === 0 ? { authorization: `Bearer ${token}` } : {};
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await nextMessage(socket);
  const prompt = ['hang', 'long', 'tick', 'fail'][index % 4];
  const query = `subscription { chat(prompt: "${prompt}") { index user { name quota } } }`;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await nextMessage(socket);
  const closed = once(socket, 'close');
  // Some say goodbye, some end only the operation first, and some are just gone.
  if (index % 3 === 0) socket.terminate();
  else {
    if (index % 3 === 1) socket.send('{"id":"1","type":"complete"}');
    socket.close();
  }
  await closed;
};

const overEvents = async (): Promise<void> => {
  const end = new AbortController();
  const { body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: '{"query":"subscription { chat(prompt: \\"tick\\") { index user { name } } }"}',
    signal: end.signal,
  });
  body.on('error', () => undefined);
  await once(body, 'data');
  end.abort();
};

/** Streams whose client is gone. */
const stream = (index: number): Promise<void> => (index % 3 === 2 ? overEvents() : overWebSocket(index));

const streamsAreOver = async (): Promise<void> => {
  const { sources } = gateway;
  await expect.poll(() => sources.opened - sources.ended, { timeout: 10_000 }).toBe(0);
};

test(`${REQUESTS} requests and ${STREAMS} streams leave nothing in the heap`, { timeout: 3_600_000 }, async () => {
  const work = async (requests: number, streams: number) => {
    await each(requests, request);
    await each(streams, stream);
    await streamsAreOver();
    // Connections that are being closed, and the windows of rates of a second.
    await sleep(1_000);
    return gateway.settled();
  };
  // Fills what is meant to be filled: pools, compiled code, and the documents that are remembered.
  const before = await work(Math.min(REQUESTS, 40_000), 100);
  const after = await work(REQUESTS, STREAMS);
  process.stdout.write(`heap: ${before.heapUsed} bytes before, ${after.heapUsed} after\n`);
  expect(after.heapUsed - before.heapUsed).toBeLessThanOrEqual(4 * MIB);
});
