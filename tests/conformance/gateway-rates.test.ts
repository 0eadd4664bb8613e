import { once } from 'node:events';
import { request as rawRequest, type IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { RATE_LIMITS, type RateLimits } from '#gateway/rates/limits.ts';
import { startStudio } from '../harness/studio.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const Failures = z.looseObject({
  errors: z.array(z.looseObject({ extensions: z.looseObject({ code: z.string() }) })).optional(),
});

let mesh: TestMesh | undefined;
let url = '';

const start = async (rates: Partial<RateLimits>, proxies = ''): Promise<TestMesh> => {
  mesh = await startMesh({ proxies, rates: { ...RATE_LIMITS, loopback: 1, ...rates } });
  url = mesh.url;
  return mesh;
};

afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

interface Asked {
  readonly path?: string;
  readonly token?: string;
  /** The address that asks. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
  /** The codes of its errors. */
  readonly codes: readonly string[];
}

const post = async (body: unknown, { path = '/graphql', token, from = '127.0.0.1', headers }: Asked = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const request = rawRequest(
      `${url}${path}`,
      {
        method: 'POST',
        localAddress: from,
        agent: false,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => {
          const json: unknown = JSON.parse(text);
          const parsed = Failures.safeParse(json);
          const codes = parsed.data?.errors?.map(({ extensions }) => extensions.code) ?? [];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, json, codes });
        });
      },
    );
    request.on('error', reject).end(JSON.stringify(body));
  });

const HELLO = '{ hello(name: "x") }';
const ask = (query: string, asked?: Asked) => post({ query }, asked);
const left = ({ headers }: Answer): number => Number(headers['ratelimit-remaining']);
const logIn = (email: string, password: string, asked?: Asked) =>
  ask(`mutation { login(email: "${email}", password: "${password}") }`, asked);

describe('the rate of an address', () => {
  test('is told with every answer, and over it the answer is 429 with the time to come again', async () => {
    await start({ address: 2 });
    const first = await ask(HELLO);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    expect(left(await ask(HELLO))).toBe(0);
    const over = await ask(HELLO);
    expect(over).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
    expect(over.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '0',
      'retry-after': over.headers['ratelimit-reset'],
    });
  });

  test('is another’s own, whatever the headers claim', async () => {
    await start({ address: 1 });
    await ask(HELLO);
    const forged = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=203.0.113.1', 'x-real-ip': '203.0.113.1' };
    expect((await ask(HELLO, { headers: forged })).status).toBe(429);
    expect((await ask(HELLO, { from: '127.0.0.2' })).status).toBe(200);
  });

  test('is the one that a trusted proxy has seen, and nothing that its client has written before that', async () => {
    await start({ address: 1 }, 'loopback');
    const through = (forwarded: string) => ask(HELLO, { headers: { 'x-forwarded-for': forwarded } });
    expect((await through('203.0.113.1')).status).toBe(200);
    expect((await through('203.0.113.1')).status).toBe(429);
    expect((await through('198.51.100.7, 203.0.113.1')).status).toBe(429);
    expect((await through('203.0.113.1, 203.0.113.2')).status).toBe(200);
    const connectThrough = () =>
      new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { 'x-forwarded-for': '203.0.113.1' },
      });
    const first = connectThrough();
    await once(first, 'open');
    first.terminate();
    const socket = connectThrough();
    const [error] = z.tuple([z.instanceof(Error)]).parse(await once(socket, 'error'));
    expect(error.message).toMatch(/429/);
  });

  test('is not what a stranger says who is no proxy', async () => {
    await start({ address: 1 }, '127.0.0.2, 10.0.0.0/8');
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    await ask(HELLO);
    expect((await ask(HELLO, { headers })).status).toBe(429);
    expect((await ask(HELLO, { headers, from: '127.0.0.2' })).status).toBe(200);
  });

  test('counts each root field under each alias', async () => {
    await start({ address: 6 });
    const five = `{ ${Array.from({ length: 5 }, (_, index) => `a${index}: hello(name: "x")`).join(' ')} }`;
    expect(left(await ask(five))).toBe(1);
    expect(await ask(five)).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
  });

  test('counts each call of a batch, and refuses one that is too much in JSON-RPC’s words', async () => {
    await start({ address: 6 });
    const batch = Array.from({ length: 5 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'no.such', params: {} }));
    expect(left(await post(batch, { path: '/rpc' }))).toBe(1);
    const over = await post(batch, { path: '/rpc' });
    expect(over).toMatchObject({
      status: 429,
      json: { id: null, error: { code: -32_029, data: { code: 'RATE_LIMITED' } } },
    });
    expect(over.headers['retry-after']).toBe(over.headers['ratelimit-reset']);
  });

  test('counts credentials that do not hold', async () => {
    await start({ address: 2 });
    const token = 'no.such.token';
    expect((await ask(HELLO, { token })).status).toBe(401);
    expect((await ask(HELLO, { token })).status).toBe(401);
    expect((await ask(HELLO, { token })).status).toBe(429);
  });
});

describe('an address that has used up its points', () => {
  const read = async (path: string, token?: string): Promise<number> =>
    (await fetch(`${url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status;

  test('keeps no user who is there out of any door', async () => {
    const { keys } = await start({ address: 1 });
    const token = await keys.token('ADMIN');
    await ask(HELLO);
    expect((await ask(HELLO)).status).toBe(429);
    await ask(HELLO, { token: 'no.such.token' });
    expect((await ask(HELLO, { token: 'no.such.token' })).status).toBe(429);
    expect((await ask(HELLO, { token })).status).toBe(200);
    expect(await post({ jsonrpc: '2.0', id: 1, method: 'no.such' }, { token, path: '/rpc' })).toMatchObject({
      status: 200,
      json: { id: 1, error: { code: -32_601 } },
    });
    expect(await read('/openapi.json')).toBe(429);
    expect(await read('/openapi.json', token)).toBe(200);
    expect(await read('/metrics', token)).toBe(200);
    expect(await read('/.well-known/jwks.json', token)).toBe(200);
  });

  test('lets them connect, and hears who they are', async () => {
    const { keys } = await start({ address: 1 });
    const token = await keys.token('DEVELOPER');
    await ask(HELLO);
    expect((await ask(HELLO)).status).toBe(429);
    const address = `${url.replace('http', 'ws')}/graphql`;
    const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
    // The first uses up what the address has for sockets; the second shows at once who it is.
    for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
      const socket = new WebSocket(address, 'graphql-transport-ws', { headers });
      await once(socket, 'open');
      socket.send(JSON.stringify(init));
      const [message] = await once(socket, 'message');
      expect(JSON.parse(String(message))).toMatchObject({ type: 'connection_ack' });
      socket.terminate();
    }
  });

  test('does not make a revoked token cost its user anything, nor pass without bound', async () => {
    const { keys } = await start({ address: 1, principal: 2 });
    const token = await keys.token('DEVELOPER');
    keys.revokeAll();
    expect((await ask(HELLO, { token })).status).toBe(401);
    expect((await ask(HELLO, { token })).status).toBe(401);
    expect((await ask(HELLO, { token })).status).toBe(429);
    expect((await ask(HELLO)).status).toBe(200);
  });
});

describe('the rate of a user', () => {
  test('is one at all addresses, and leaves theirs alone', async () => {
    const { keys } = await start({ address: 2, principal: 4 });
    const token = await keys.token('DEVELOPER');
    expect(left(await ask(HELLO, { token }))).toBe(3);
    expect(left(await ask(HELLO, { token, from: '127.0.0.2' }))).toBe(2);
    await ask(HELLO, { token });
    await ask(HELLO, { token });
    expect(await ask(HELLO, { token })).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
    const call = { jsonrpc: '2.0', id: 1, method: 'llm.list_models' };
    expect(await post(call, { token, path: '/rpc' })).toMatchObject({
      json: { id: 1, error: { code: -32_029, data: { code: 'RATE_LIMITED' } } },
    });
    expect(left(await ask(HELLO))).toBe(1);
    expect((await ask(HELLO, { token: await keys.token('DEVELOPER') })).status).toBe(200);
  });
});

describe('sign-ins', () => {
  test('are few for an address, each alias is one, and another address has its own', async () => {
    await start({ signIns: 3 });
    const two = 'mutation { a: login(email: "a@b", password: "right") b: login(email: "c@d", password: "right") }';
    expect((await ask(two)).status).toBe(200);
    const over = await ask(two);
    expect(over).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect((await logIn('a@b', 'right')).status).toBe(200);
    expect((await logIn('a@b', 'right')).status).toBe(429);
    expect((await logIn('a@b', 'right', { from: '127.0.0.2' })).status).toBe(200);
  });
});

test('a sign-in is one at every door', async () => {
  const studio = await startStudio({ rates: { ...RATE_LIMITS, loopback: 1, signIns: 2 } });
  try {
    const { email } = studio.admin;
    const wrong = { email, password: 'not the one' };
    const { body } = await studio.rpc('auth.login', studio.admin);
    const { device_token } = z.object({ result: z.object({ device_token: z.string() }) }).parse(body).result;
    const query =
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { expiresAt } }';
    expect((await studio.graphql(query, { variables: wrong })).status).toBe(401);
    const over = await studio.rpc('auth.login', studio.admin);
    expect(over.status).toBe(429);
    expect(over.body).toMatchObject({ error: { code: -32_029, data: { code: 'RATE_LIMITED' } } });
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    // A known device is counted apart from the others at its address; what only looks like its token is not.
    expect((await studio.rpc('auth.login', { ...studio.admin, device_token })).status).toBe(200);
    expect((await studio.rpc('auth.login', { ...studio.admin, device_token: 'x'.repeat(43) })).status).toBe(429);
  } finally {
    await studio.stop();
  }
});

describe('WebSocket messages', () => {
  const connect = async (): Promise<{ readonly socket: WebSocket; readonly received: () => Promise<unknown> }> => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const waiting: ((message: unknown) => void)[] = [];
    const messages: unknown[] = [];
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      const next = waiting.shift();
      if (next) next(message);
      else messages.push(message);
    });
    await once(socket, 'open');
    const received = (): Promise<unknown> =>
      messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve));
    return { socket, received };
  };
  const subscribe = (id: string, query: string) => JSON.stringify({ id, type: 'subscribe', payload: { query } });

  test('count, and an operation over the rate is told so', async () => {
    await start({ address: 4 });
    const { socket, received } = await connect();
    socket.send(JSON.stringify({ type: 'connection_init' }));
    expect(await received()).toMatchObject({ type: 'connection_ack' });
    socket.send(subscribe('1', HELLO));
    expect(await received()).toMatchObject({ id: '1', type: 'next' });
    expect(await received()).toMatchObject({ id: '1', type: 'complete' });
    socket.send(subscribe('2', '{ a: hello(name: "x") b: hello(name: "x") }'));
    expect(await received()).toMatchObject({
      id: '2',
      payload: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    });
    expect(await received()).toMatchObject({ id: '2', type: 'complete' });
    socket.send(subscribe('3', HELLO));
    expect(await received()).toMatchObject({
      id: '3',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
    socket.terminate();
  });

  test('of nobody keep no connection open on which nothing is under way', async () => {
    await start({ anonymousIdle: 0.2 });
    const { socket, received } = await connect();
    const closed = once(socket, 'close');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    expect(await received()).toMatchObject({ type: 'connection_ack' });
    expect(z.tuple([z.number(), z.unknown()]).parse(await closed)[0]).toBe(1000);
  });

  test('that go on and on over the rate end the connection', async () => {
    await start({ address: 3 });
    const { socket, received } = await connect();
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await received();
    const closed = once(socket, 'close');
    for (let sent = 0; sent < 60; sent += 1) socket.send(JSON.stringify({ type: 'ping' }));
    const [code] = z.tuple([z.number(), z.unknown()]).parse(await closed);
    expect(code).toBe(1008);
  });

  test('of a user count as theirs, and an upgrade over the rate is refused', async () => {
    const { keys } = await start({ address: 2, principal: 3 });
    const { socket, received } = await connect();
    socket.send(
      JSON.stringify({
        type: 'connection_init',
        payload: { authorization: `Bearer ${await keys.token('DEVELOPER')}` },
      }),
    );
    expect(await received()).toMatchObject({ type: 'connection_ack' });
    socket.send(subscribe('1', HELLO));
    expect(await received()).toMatchObject({ id: '1', type: 'next' });
    await received();
    socket.send(subscribe('2', HELLO));
    expect(await received()).toMatchObject({ id: '2', type: 'error' });
    socket.terminate();
    for (let opened = 0; opened < 2; opened += 1) {
      const stranger = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await once(stranger, 'open');
      stranger.terminate();
    }
    const refused = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const [error] = z.tuple([z.instanceof(Error)]).parse(await once(refused, 'error'));
    expect(error.message).toMatch(/429/);
  });
});
