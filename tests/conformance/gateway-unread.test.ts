import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

/** One answer; five of them are what may wait. */
const BYTES = 12_000_000;
const MAX_WHOLE = 5;
const CLIENTS = 12;
const BIG = JSON.stringify({ data: { projects: [{ id: 'x'.repeat(BYTES) }] } });
const QUERY = JSON.stringify({ query: '{ projects { id } }' });

const large = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).end(BIG);
});

let mesh: TestMesh;
beforeAll(async () => {
  large.listen(0, '127.0.0.1');
  await once(large, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = large.address() as AddressInfo;
  mesh = await startMesh({ at: { sandbox: `http://127.0.0.1:${port}` } });
});
afterAll(async () => {
  await mesh.stop();
  large.close();
});

const ask = async (query: string) => {
  const response = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.json() };
};

/** Asks over a connection of its own and reads nothing yet. */
const askWithoutReading = (): Socket => {
  const { port } = new URL(mesh.url);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  socket.pause();
  const head = ['POST /graphql HTTP/1.1', 'host: x', 'connection: close', 'content-type: application/json'];
  socket.write([...head, `content-length: ${QUERY.length}`, '', QUERY].join('\r\n'));
  return socket;
};

/** What comes over it to its end, in bytes. */
const readAll = async (socket: Socket): Promise<number> => {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return bytes;
};

test('answers that a client leaves unread over HTTP wait up to a bound, and are refused while many wait', async () => {
  const sockets = Array.from({ length: CLIENTS }, askWithoutReading);
  await expect
    .poll(() => ask('{ hello(name: "x") }'))
    .toMatchObject({
      status: 429,
      body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    });
  const read = await Promise.all(sockets.map(readAll));
  const whole = read.filter((bytes) => bytes > BYTES).length;
  expect(whole).toBeGreaterThan(0);
  expect(whole).toBeLessThanOrEqual(2 * MAX_WHOLE);
  expect(whole).toBeLessThan(CLIENTS);
  await expect
    .poll(() => ask('{ hello(name: "x") }'))
    .toMatchObject({ status: 200, body: { data: { hello: 'Hello x' } } });
});

test('answers that a client leaves unread over WebSockets wait up to the same bound', async () => {
  const open = async () => {
    const socket = new WebSocket(`${mesh.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    socket.pause();
    const seen = { bytes: 0, done: once(socket, 'close'), socket };
    socket.on('message', (data: Buffer) => {
      seen.bytes += data.length;
      if (data.toString().includes('"complete"')) socket.terminate();
    });
    return seen;
  };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, open));
  for (const { socket } of clients) {
    socket.send(`{"id":"1","type":"subscribe","payload":${QUERY}}`);
  }
  const probe = await open();
  probe.socket.removeAllListeners('message').resume();
  const answers: string[] = [];
  let asked = 0;
  probe.socket.on('message', (data: Buffer) => answers.push(data.toString()));
  const refused = (): string => {
    asked += 1;
    probe.socket.send(`{"id":"${asked}","type":"subscribe","payload":{"query":"{ hello(name: \\"x\\") }"}}`);
    return answers.join();
  };
  await expect.poll(refused).toContain('RATE_LIMITED');
  for (const { socket } of clients) socket.resume();
  await Promise.all(clients.map(({ done }) => done));
  const whole = clients.filter(({ bytes }) => bytes > BYTES).length;
  expect(whole).toBeGreaterThan(0);
  expect(whole).toBeLessThan(CLIENTS);
  probe.socket.terminate();
});
