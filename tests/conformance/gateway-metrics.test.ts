import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { serveSubgraph } from '#mesh/subgraph.ts';
import { MESH_LOG, startMesh, type MeshOptions, type TestMesh } from './mesh/mesh.ts';

let mesh: TestMesh | undefined;

const start = async (options: MeshOptions = {}): Promise<TestMesh> => {
  mesh = await startMesh(options);
  return mesh;
};

afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

const TOKEN = 'the-token-of-the-collector-of-metrics';
/** Brought by a proxy, so not known to be of this machine. */
const FROM_ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' };

const read = async (headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${mesh?.url}/metrics`, { headers });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

/** The value of the one sample with these labels; undefined when there is none. */
const valueOf = (text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined => {
  const line = text
    .split('\n')
    .find(
      (candidate) =>
        (candidate.startsWith(`${name}{`) || candidate.startsWith(`${name} `)) &&
        Object.entries(labels).every(([label, value]) => candidate.includes(`${label}="${value}"`)),
    );
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
};
const metric = async (name: string, labels: Readonly<Record<string, string>> = {}) =>
  valueOf((await read()).text, name, labels);

const ask = (query: string, token?: string, path = '/graphql'): Promise<Response> =>
  fetch(`${mesh?.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });

const HELLO = '{ hello(name: "x") }';

describe('who may read the metrics', () => {
  test('is anybody on this machine', async () => {
    await start();
    expect((await read()).status).toBe(200);
  });

  test('is nobody else without a credential, and of those with one the admins', async () => {
    const { keys } = await start();
    const bearer = async (role: 'ADMIN' | 'DEVELOPER') => ({
      ...FROM_ELSEWHERE,
      authorization: `Bearer ${await keys.token(role)}`,
    });
    expect((await read(FROM_ELSEWHERE)).status).toBe(401);
    expect((await read(await bearer('DEVELOPER'))).status).toBe(403);
    expect((await read(await bearer('ADMIN'))).status).toBe(200);
    expect((await read({ authorization: `Bearer ${TOKEN}` })).status).toBe(401);
    expect((await read({ 'x-api-key': 'no.such.key' })).status).toBe(401);
  });

  test('is whoever has the token that is made for it', async () => {
    await start({ env: { DEVSTUDIO_METRICS_TOKEN: TOKEN } });
    expect((await read({ ...FROM_ELSEWHERE, authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await read({ ...FROM_ELSEWHERE, authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
  });

  test('is limited like everything else', async () => {
    await start({ rates: { ...RATE_LIMITS, loopback: 1, address: 1 } });
    expect((await read()).status).toBe(200);
    expect((await read()).status).toBe(429);
  });
});

describe('the page of metrics', () => {
  test('is Prometheus’ text, or OpenMetrics where that is asked for', async () => {
    await start();
    await ask(HELLO);
    const plain = await read();
    expect(plain.type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(plain.text).toContain('# TYPE gateway_upstream_retries_total counter');
    const open = await read({ accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' });
    expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.text).toContain('# TYPE gateway_upstream_retries counter');
    expect(open.text.endsWith('# EOF\n')).toBe(true);
    for (const { text } of [plain, open]) {
      const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('times requests by door, kind and status', async () => {
    const { keys } = await start();
    await ask(HELLO);
    await ask(HELLO, await keys.token('DEVELOPER'));
    await ask('mutation { rename(id: "1", name: "x") { id } }');
    await ask(HELLO, 'no.such.token');
    await ask('{ nonsense }');
    await fetch(`${mesh?.url}/nothing/here`);
    const count = (door: string, operation: string, status: number) =>
      metric('gateway_request_seconds_count', { door, operation, status: String(status) });
    expect(await count('graphql', 'query', 200)).toBe(2);
    expect(await count('graphql', 'mutation', 200)).toBe(1);
    expect(await count('graphql', 'none', 401)).toBe(1);
    expect(await count('other', 'none', 404)).toBe(1);
    expect(await count('metrics', 'none', 200)).toBeGreaterThan(0);
  });

  test('counts each call of the rooms as one request, and knows what it asked', async () => {
    const { keys } = await start();
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'llm.list_models' }));
    await fetch(`${mesh?.url}/rpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await keys.token('DEVELOPER')}` },
      body: JSON.stringify(batch),
    });
    expect(await metric('gateway_request_seconds_count', { door: 'rpc', status: '200' })).toBe(1);
  });

  test('shows subscriptions while they are open, over WebSocket and server-sent events', async () => {
    await start();
    const open = (door: string) => metric('gateway_subscriptions_open', { door });
    const query = 'subscription { chat(prompt: "hang") { index } }';
    const socket = new WebSocket(`${mesh?.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await once(socket, 'message');
    const controller = new AbortController();
    await fetch(`${mesh?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
      signal: controller.signal,
    });
    await expect.poll(() => open('websocket')).toBe(1);
    await expect.poll(() => open('graphql')).toBe(1);
    expect(await metric('gateway_upstream_streams_open', { subgraph: 'models' })).toBe(2);
    controller.abort();
    socket.terminate();
    await expect.poll(() => open('websocket')).toBe(0);
    await expect.poll(() => open('graphql')).toBe(0);
    await expect.poll(() => metric('gateway_upstream_streams_open', { subgraph: 'models' })).toBe(0);
    const ended = { operation: 'subscription', status: '200' };
    expect(await metric('gateway_request_seconds_count', { door: 'websocket', ...ended })).toBe(1);
    expect(await metric('gateway_request_seconds_count', { door: 'graphql', ...ended })).toBe(1);
  });

  test('counts what was refused for being too much', async () => {
    const { keys } = await start({ rates: { ...RATE_LIMITS, principal: 1 } });
    const token = await keys.token('DEVELOPER');
    await ask(HELLO, token);
    expect((await ask(HELLO, token)).status).toBe(429);
    expect(await metric('gateway_rate_refusals_total', { limit: 'requests' })).toBe(1);
  });

  test('shows how each subgraph is, and which of them did not answer', async () => {
    await start({ remote: ['agents', 'models'], down: ['agents'] });
    await ask(HELLO);
    const { text } = await read();
    expect(valueOf(text, 'gateway_upstream_up', { subgraph: 'agents' })).toBe(0);
    expect(valueOf(text, 'gateway_upstream_up', { subgraph: 'models' })).toBe(1);
    expect(valueOf(text, 'gateway_upstream_circuit', { subgraph: 'users', state: 'closed' })).toBe(1);
    expect(valueOf(text, 'gateway_upstream_circuit', { subgraph: 'users', state: 'open' })).toBe(0);
    expect(valueOf(text, 'gateway_upstream_in_flight', { subgraph: 'users' })).toBe(0);
    expect(valueOf(text, 'gateway_upstream_queued', { subgraph: 'models' })).toBe(0);
    const answered = { subgraph: 'users', operation: 'query', outcome: 'answered' };
    expect(valueOf(text, 'gateway_upstream_request_seconds_count', answered)).toBe(1);
    // Of the gateway’s own process, and of each other one that has a page.
    expect(valueOf(text, 'process_resident_memory_bytes', { service: 'gateway' })).toBeGreaterThan(0);
    expect(valueOf(text, 'process_resident_memory_bytes', { service: 'models' })).toBeGreaterThan(0);
  });

  test('holds no label that a client has chosen', async () => {
    const { keys } = await start();
    const secret = 'somebody@example.org';
    await ask(`query Secret${HELLO.replace('x', secret)}`, await keys.token('DEVELOPER'));
    await ask(`{ hello(name: "${secret}") `);
    await fetch(`${mesh?.url}/graphql/${secret}?${secret}`, { method: 'PURGE' });
    await fetch(`${mesh?.url}/v1/${secret}`, { headers: { 'x-request-id': 'somebody', 'user-agent': secret } });
    const { text } = await read();
    expect(text).not.toMatch(/somebody|Secret|PURGE/);
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, name]) => name));
    expect([...labels].filter((name) => /user|path|document|email|key|address/.test(String(name)))).toEqual([]);
  });
});

test('a subgraph shows its own metrics at its own door, to the same readers and to the gateway', async () => {
  const { subgraphs } = await start();
  const users = subgraphs.get('users');
  if (!users) throw new Error('the mesh has no users');
  const ports = { gateway: 0, users: 0, models: 0, sandbox: 0, agents: 0, postgres: 0 };
  const served = await serveSubgraph(users, { host: '127.0.0.1', ports, metricsToken: TOKEN }, MESH_LOG);
  try {
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${served.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(200);
    expect(await status(FROM_ELSEWHERE)).toBe(401);
    expect(await status({ ...FROM_ELSEWHERE, authorization: `Bearer ${TOKEN}` })).toBe(200);
    const text = await (await fetch(`${served.url}/metrics`)).text();
    expect(valueOf(text, 'process_resident_memory_bytes', { service: 'users' })).toBeGreaterThan(0);
  } finally {
    await served.stop(0);
  }
});
