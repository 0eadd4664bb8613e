import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startGateway } from '#gateway/server.ts';
import { ConfigurationError, readConfig } from '#mesh/config.ts';
import { MESH_LOG, MESH_SECRET, startMesh, type MeshOptions, type TestMesh } from './mesh/mesh.ts';

let mesh: TestMesh | undefined;

const start = async (options?: MeshOptions): Promise<TestMesh> => {
  mesh = await startMesh(options);
  return mesh;
};

afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

/** All events of a subscription. */
const overWebSocket = async ({ url }: TestMesh, query: string): Promise<unknown[]> => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const events: unknown[] = [];
  for await (const event of client.iterate({ query })) events.push(event);
  await client.dispose();
  return events;
};

const overEvents = async ({ url }: TestMesh, query: string): Promise<unknown[]> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  return [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(([, data]): unknown => JSON.parse(data ?? ''));
};

const Body = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })).optional(),
});

const ask = async ({ url }: TestMesh, query: string, token?: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, ...Body.parse(await response.json()) };
};

const replace = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
};

describe('a new supergraph', () => {
  test('is taken over while the gateway runs, and a stream goes on with the old one', async () => {
    const running = await start();
    const client = createClient({ url: `${running.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const events = client.iterate({ query: 'subscription { chat(prompt: "tick") { index user { name } } }' });
    await events.next();
    const sdl = await readFile(running.supergraph, 'utf8');
    await replace(
      running.supergraph,
      sdl.replace('hello(name: String!): String', 'hello(name: String!): String @deprecated'),
    );
    await expect
      .poll(async () => (await ask(running, '{ __type(name: "Query") { fields { name } } }')).data, { timeout: 5_000 })
      .not.toMatchObject({ __type: { fields: expect.arrayContaining([{ name: 'hello' }]) } });
    expect(await events.next()).toMatchObject({ value: { data: { chat: { user: { name: 'User 1' } } } } });
    await events.return?.(undefined);
    await client.dispose();
  });

  test('takes no event from twenty streams of both kinds that run meanwhile', async () => {
    const running = await start();
    const query = 'subscription { chat(prompt: "tick", count: 100) { index user { name } } }';
    const streams = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? overWebSocket : overEvents)(running, query),
    );
    await expect.poll(() => running.sources.opened).toBe(20);
    const sdl = await readFile(running.supergraph, 'utf8');
    for (const name of ['first', 'second']) {
      await replace(
        running.supergraph,
        sdl.replace('  me: User', `  ${name}: User @join__field(graph: USERS)\n  me: User`),
      );
      await expect
        .poll(async () => (await ask(running, `{ ${name} { id } }`)).status, { timeout: 5_000 })
        .not.toBe(400);
    }
    // Both came while the streams ran.
    expect(running.sources.ended).toBe(0);
    const whole = Array.from({ length: 100 }, (_, index) => ({ data: { chat: { index, user: { name: 'User 1' } } } }));
    for (const events of await Promise.all(streams)) expect(events).toEqual(whole);
  });

  test('that is broken, or has a rule that nobody enforces, changes nothing', async () => {
    const running = await start();
    const sdl = await readFile(running.supergraph, 'utf8');
    for (const broken of ['type Query {', sdl.replace('users:manage', 'users:mannage')]) {
      await replace(running.supergraph, broken);
      // Longer than the watcher waits for a file to settle.
      await sleep(300);
      expect(await ask(running, '{ hello(name: "x") }')).toMatchObject({ status: 200, data: { hello: 'Hello x' } });
    }
    await replace(
      running.supergraph,
      sdl.replace('  me: User', '  myself: User @join__field(graph: USERS)\n  me: User'),
    );
    await expect.poll(async () => (await ask(running, '{ myself { id } }')).status, { timeout: 5_000 }).not.toBe(400);
  });

  test.each([
    ['type Query {', 'no usable supergraph'],
    ['', 'no usable supergraph'],
  ])('ends the start with one line when the first one is %j', async (text, sentence) => {
    const running = await start();
    const broken = `${running.supergraph}.broken`;
    await writeFile(broken, text);
    const config = readConfig({ GATEWAY_PORT: '0' }, '/');
    const options = { config, secret: MESH_SECRET, log: MESH_LOG, local: running.subgraphs, studio: '/nowhere' };
    const failed = startGateway({ ...options, supergraph: broken });
    await expect(failed).rejects.toThrow(ConfigurationError);
    await expect(failed).rejects.toThrow(sentence);
  });

  test('with a security feature that the gateway does not know ends the start', async () => {
    const running = await start();
    const sdl = await readFile(running.supergraph, 'utf8');
    const strange = `${running.supergraph}.strange`;
    await writeFile(
      strange,
      sdl.replace('schema\n', 'schema\n  @link(url: "https://specs.apollo.dev/vault/v0.1", for: SECURITY)\n'),
    );
    const config = readConfig({ GATEWAY_PORT: '0' }, '/');
    const options = { config, secret: MESH_SECRET, log: MESH_LOG, local: running.subgraphs, studio: '/nowhere' };
    await expect(startGateway({ ...options, supergraph: strange })).rejects.toThrow(/vault.*cannot enforce/);
  });
});

test('a subgraph that is down leaves the others’ part of the answer, and is named by /readyz', async () => {
  const running = await start({ remote: ['sandbox', 'users'], down: ['sandbox', 'users'] });
  const token = await running.keys.token('ADMIN');
  const [partial, unknown, ready] = await Promise.all([
    ask(running, '{ media { title } projects { id } }'),
    ask(running, '{ media { title } }', token),
    fetch(`${running.url}/readyz`),
  ]);
  expect(partial).toMatchObject({
    status: 200,
    data: { media: [{ title: 'A book' }, { title: 'A film' }], projects: null },
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
  });
  // Nobody can say whether the credential holds; that is not the caller's fault.
  expect(unknown).toMatchObject({ status: 503, errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  expect(ready.status).toBe(503);
  expect(await ready.text()).toMatch(/users: it is not reachable.*sandbox: it is not reachable/);
}, 20_000);

test('a client that stops reading stops its source', async () => {
  const running = await start({ remote: ['models'] });
  const socket = new WebSocket(`${running.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const query = 'subscription { chat(prompt: "long") { index text } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await once(socket, 'message');
  socket.pause();
  let before: number;
  do {
    before = running.sources.produced;
    await sleep(200);
  } while (running.sources.produced > before);
  expect(running.sources.produced * 50_000).toBeLessThan(96 * 1_048_576);
  socket.terminate();
  await expect.poll(() => running.sources.ended).toBe(1);
});

describe('stopping', () => {
  test('lets an answer that is under way finish', async () => {
    const running = await start();
    const client = createClient({
      url: `${running.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const events = client.iterate({ query: 'subscription { chat(prompt: "x", count: 200) { index } }' });
    await events.next();
    const stopped = running.gateway.stop(5_000);
    let last: unknown;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ data: { chat: { index: 199 } } });
    await client.dispose();
    await stopped;
    await expect(fetch(running.url)).rejects.toThrow('fetch failed');
  });

  test('lets streams of both kinds finish, each with every event', async () => {
    const running = await start({ remote: ['models'] });
    const query = 'subscription { chat(prompt: "tick", count: 30) { index } }';
    const streams = [overWebSocket(running, query), overEvents(running, query)];
    await expect.poll(() => running.sources.opened).toBe(2);
    const stopped = running.gateway.stop(10_000);
    const whole = Array.from({ length: 30 }, (_, index) => ({ data: { chat: { index } } }));
    for (const events of await Promise.all(streams)) expect(events).toEqual(whole);
    await stopped;
  });

  test('cuts what does not end in time', async () => {
    const running = await start();
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const query = 'subscription { chat(prompt: "hang") { index } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await once(socket, 'message');
    const closed = once(socket, 'close');
    await running.gateway.stop(100);
    expect((await closed)[0]).toBe(1001);
    await expect.poll(() => running.sources.ended).toBe(1);
  });
});

test('a port that is taken ends the start with one line that names the variable', async () => {
  const running = await start();
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = taken.address() as AddressInfo;
  const config = readConfig({ GATEWAY_PORT: String(port) }, '/');
  const options = { config, secret: MESH_SECRET, log: MESH_LOG, local: running.subgraphs, studio: '/nowhere' };
  await expect(startGateway({ ...options, supergraph: running.supergraph })).rejects.toThrow(/GATEWAY_PORT/);
  taken.close();
});
