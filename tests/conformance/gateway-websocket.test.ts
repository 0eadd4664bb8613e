import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const Message = z.object({ type: z.string(), id: z.string().optional(), payload: z.unknown().optional() });
type Message = z.infer<typeof Message>;

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh({ remote: ['models'] });
});

afterAll(() => mesh.stop());

/** A client that speaks the protocol by hand, so that it can break it. */
class RawClient {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: Message[] = [];
  readonly #waiting: ((message: Message) => void)[] = [];

  constructor(subprotocol = 'graphql-transport-ws', { url } = mesh, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, subprotocol, { headers });
    this.closed = new Promise((resolve) => this.socket.on('close', (code) => resolve(code)));
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const message = Message.parse(JSON.parse(data.toString()));
      const next = this.#waiting.shift();
      if (next) next(message);
      else this.#messages.push(message);
    });
  }

  /** The next message, in the order of arrival. */
  next(): Promise<Message> {
    const message = this.#messages.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async send(...messages: readonly unknown[]): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
    for (const message of messages) this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async init(payload?: unknown): Promise<this> {
    await this.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    const { type } = await this.next();
    if (type !== 'connection_ack') throw new Error(`expected connection_ack, got ${type}`);
    return this;
  }

  async end(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const COUNT = 'subscription { chat(prompt: "x", count: 2) { index user { name quota } } }';
const HANG = 'subscription { chat(prompt: "hang") { index } }';

describe('the protocol’s closing codes', () => {
  test('4400 for what is no JSON', async () => {
    const client = await new RawClient().init();
    await client.send('nope');
    expect(await client.closed).toBe(4400);
  });

  test('4400 for a message of an unknown type', async () => {
    const client = await new RawClient().init();
    await client.send({ type: 'unknown' });
    expect(await client.closed).toBe(4400);
  });

  test('4401 for an operation before the connection is acknowledged', async () => {
    const client = new RawClient();
    await client.send(subscribe('1', COUNT));
    expect(await client.closed).toBe(4401);
  });

  test('4403 for a token that does not hold', async () => {
    const client = new RawClient();
    await client.send({ type: 'connection_init', payload: { authorization: 'Bearer made-up' } });
    expect(await client.closed).toBe(4403);
  });

  test('4406 for another subprotocol', async () => {
    const client = new RawClient('graphql-ws');
    // ws ends the connection itself when the server takes none of the subprotocols; a server may as well say 4406.
    expect([1006, 4406]).toContain(await client.closed);
  });

  test('4408 for no connection_init in time', async () => {
    expect(await new RawClient().closed).toBe(4408);
  });

  test('4409 for an id that is in use', async () => {
    const client = await new RawClient().init();
    await client.send(subscribe('1', HANG), subscribe('1', HANG));
    expect(await client.closed).toBe(4409);
  });

  test('4429 for a second connection_init', async () => {
    const client = await new RawClient().init();
    await client.send({ type: 'connection_init' });
    expect(await client.closed).toBe(4429);
  });

  test.each([
    ['1002 for a frame that is no frame', [0xf1, 0x80, 0, 0, 0, 0], 1002],
    ['1007 for a text that is no UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
  ])('%s', async (_, frame, code) => {
    const { port } = new URL(mesh.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.write(
      `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa('0123456789abcdef')}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.write(Uint8Array.from(frame));
    // A Buffer, since the socket has no encoding.
    const [closing] = (await once(socket, 'data')) as [Buffer];
    expect([closing[0], closing.readUInt16BE(2)]).toEqual([0x88, code]);
    socket.destroy();
  });

  test('1009 for a message over 1 MiB', async () => {
    const client = await new RawClient().init();
    await client.send(subscribe('1', `{ __typename } #${'x'.repeat(1_048_577)}`));
    expect(await client.closed).toBe(1009);
  });
});

describe('operations', () => {
  test('ping is answered with pong', async () => {
    const client = await new RawClient().init();
    await client.send({ type: 'ping', payload: { beat: 1 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { beat: 1 } });
    await client.end();
  });

  test('a subscription streams, joined with another service, and completes', async () => {
    const client = await new RawClient().init();
    await client.send(subscribe('1', COUNT));
    const user = { name: 'User 1', quota: 10 };
    expect(await client.next()).toEqual({ type: 'next', id: '1', payload: { data: { chat: { index: 0, user } } } });
    expect(await client.next()).toEqual({ type: 'next', id: '1', payload: { data: { chat: { index: 1, user } } } });
    expect(await client.next()).toEqual({ type: 'complete', id: '1' });
    await client.end();
  });

  test('a query runs over the same connection', async () => {
    const client = await new RawClient().init();
    await client.send(subscribe('q', '{ users(first: 1) { name } }'));
    expect(await client.next()).toEqual({ type: 'next', id: 'q', payload: { data: { users: [{ name: 'User 1' }] } } });
    expect(await client.next()).toEqual({ type: 'complete', id: 'q' });
    await client.end();
  });

  test.each([
    ['a syntax error', '{', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ shoes }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a document that is too deep', `{ me ${'{ friends '.repeat(100)}${'}'.repeat(100)} }`, 'DOCUMENT_TOO_LARGE'],
  ])('%s is an error of the operation and leaves the connection open', async (_, query, code) => {
    const client = await new RawClient().init();
    await client.send(subscribe('1', query));
    expect(await client.next()).toMatchObject({ type: 'error', id: '1', payload: [{ extensions: { code } }] });
    await client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    await client.end();
  });

  test('an operation that needs a credential is refused without closing an anonymous connection', async () => {
    const client = await new RawClient().init();
    await client.send(subscribe('1', 'subscription { guarded { index } }'));
    expect(await client.next()).toMatchObject({
      type: 'next',
      payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    await client.end();
  });

  test('at most 50 run at the same time on one connection', async () => {
    const client = await new RawClient().init();
    await client.send(...Array.from({ length: 51 }, (_, index) => subscribe(String(index), HANG)));
    const codes: unknown[] = [];
    for (let index = 0; index < 51; index += 1) codes.push((await client.next()).type);
    expect(codes.filter((type) => type === 'error')).toHaveLength(1);
    const { opened } = mesh.sources;
    await client.end();
    await expect.poll(() => mesh.sources.ended).toBe(opened);
  });
});

describe('a client that asks for too much', () => {
  test('is closed when it keeps being refused', async () => {
    const client = await new RawClient().init();
    await client.send(...Array.from({ length: 101 }, (_, index) => subscribe(String(index), HANG)));
    expect(await client.closed).toBe(1008);
  });

  test('is not closed when an operation of it could begin in between', async () => {
    const client = await new RawClient().init();
    const typeOf = async (id: string): Promise<string> => {
      await client.send(subscribe(id, HANG));
      return (await client.next()).type;
    };
    for (let index = 0; index < 50; index += 1) expect(await typeOf(`running ${index}`)).toBe('next');
    for (let index = 0; index < 30; index += 1) expect(await typeOf(`more ${index}`)).toBe('error');
    await client.send({ id: 'running 0', type: 'complete' });
    let tries = 0;
    await expect.poll(() => typeOf(`try ${(tries += 1)}`)).toBe('next');
    for (let index = 0; index < 40; index += 1) expect(await typeOf(`later ${index}`)).toBe('error');
    await client.end();
  });

  test('and reads no answer is cut off before they fill the memory', async () => {
    const own = await startMesh();
    try {
      const other = await new RawClient('graphql-transport-ws', own).init();
      let pings = 0;
      other.socket.on('ping', () => (pings += 1));
      const client = await new RawClient('graphql-transport-ws', own).init();
      client.socket.pause();
      // Answers of 1 MB, of which the 33rd waits behind more than 32 MiB.
      const payload = {
        query: 'query ($name: String!) { hello(name: $name) }',
        variables: { name: 'x'.repeat(1_000_000) },
      };
      await client.send(...Array.from({ length: 49 }, (_, id) => ({ id: String(id), type: 'subscribe', payload })));
      // A client that reads nothing learns only by writing that nobody is there any more.
      const writing = setInterval(() => client.socket.ping(), 50);
      const code = await client.closed;
      clearInterval(writing);
      expect(code).toBe(1006);
      // For the answer to a ping that it did not read it would have been cut off only after a second one.
      expect(pings).toBeLessThan(2);
    } finally {
      await own.stop();
    }
  });

  test('does not hold up another', async () => {
    const flood = await new RawClient().init();
    const other = await new RawClient().init();
    let answered = 0;
    flood.socket.on('message', () => (answered += 1));
    await flood.send(...Array.from({ length: 2_000 }, () => ({ type: 'ping' })));
    await other.send({ type: 'ping' });
    expect(await other.next()).toEqual({ type: 'pong' });
    expect(answered).toBeLessThan(100);
    await Promise.all([flood.end(), other.end()]);
  });
});

describe('of WebSockets and streams', () => {
  const limits = { ...RATE_LIMITS, anonymousSockets: 4, sockets: 3, streams: 5, anonymousStreams: 2 };
  let own: TestMesh;

  beforeEach(async () => {
    own = await startMesh({ proxies: 'loopback', rates: limits });
  });
  afterEach(() => own.stop());

  /** A connection from an address, or why there is none. */
  const arrive = async (address: string): Promise<RawClient | string> => {
    const client = new RawClient('graphql-transport-ws', own, { 'x-forwarded-for': address });
    const failed = once(client.socket, 'error').then(([error]) => String(error));
    return Promise.race([once(client.socket, 'open').then(() => client), failed]);
  };
  const connected = async (address: string): Promise<RawClient> => {
    const client = await arrive(address);
    if (typeof client === 'string') throw new Error(client);
    return client;
  };
  const signedIn = async (address: string, token: string) =>
    (await connected(address)).init({ authorization: `Bearer ${token}` });

  test('an address may have some that do not say who they are, and keeps no other address out', async () => {
    const [first] = await Promise.all(Array.from({ length: 4 }, () => connected('203.0.113.1')));
    expect(await arrive('203.0.113.1')).toContain('429');
    await connected('203.0.113.2');
    // All of an IPv6 network is one address.
    for (const host of [1, 2, 3, 4]) await connected(`2001:db8::${host}`);
    expect(await arrive('2001:db8::5')).toContain('429');
    // Whoever says who they are makes room.
    await first?.init({ authorization: `Bearer ${await own.keys.token('DEVELOPER')}` });
    const next = await connected('203.0.113.1');
    expect(await arrive('203.0.113.1')).toContain('429');
    next.socket.terminate();
    await expect.poll(async () => typeof (await arrive('203.0.113.1'))).toBe('object');
  });

  test('a user may have some connections, from wherever', async () => {
    const token = await own.keys.token('DEVELOPER');
    const [first] = await Promise.all([1, 2, 3].map((host) => signedIn(`203.0.113.${host}`, token)));
    const more = await connected('203.0.113.4');
    await more.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await more.closed).toBe(1013);
    await signedIn('203.0.113.4', await own.keys.token('DEVELOPER'));
    await first?.end();
    await signedIn('203.0.113.4', token);
  });

  test('a user may have some streams, over all connections of both kinds', async () => {
    const token = await own.keys.token('DEVELOPER');
    const [one, two] = await Promise.all([signedIn('203.0.113.1', token), signedIn('203.0.113.2', token)]);
    for (const id of ['1', '2']) {
      await one.send(subscribe(id, HANG));
      await two.send(subscribe(id, HANG));
      expect([(await one.next()).type, (await two.next()).type]).toEqual(['next', 'next']);
    }
    const events = async () => {
      const end = new AbortController();
      const response = await fetch(`${own.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ query: HANG }),
        signal: end.signal,
      });
      const { value } = (await response.body?.getReader().read()) ?? {};
      return { text: new TextDecoder().decode(value), end };
    };
    const fifth = await events();
    const refusal = { type: 'next', payload: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } };
    await two.send(subscribe('3', HANG));
    expect(await two.next()).toMatchObject(refusal);
    expect((await events()).text).toContain('RATE_LIMITED');
    // What has ended, in whatever way, makes room.
    fifth.end.abort();
    one.socket.terminate();
    await expect.poll(() => own.sources.ended).toBe(3);
    for (const id of ['4', '5', '6']) {
      await two.send(subscribe(id, COUNT));
    }
    const types: string[] = [];
    while (types.filter((type) => type === 'complete').length < 3) {
      const message = await two.next();
      expect(message).not.toMatchObject(refusal);
      types.push(message.type);
    }
  });

  test('an address may have some streams without saying who asks', async () => {
    const [one, two] = await Promise.all([connected('203.0.113.1'), connected('203.0.113.1')]);
    for (const client of [one, two]) {
      await (await client.init()).send(subscribe('1', HANG));
      expect((await client.next()).type).toBe('next');
    }
    await one.send(subscribe('2', HANG));
    expect(await one.next()).toMatchObject({ payload: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    const other = await (await connected('203.0.113.2')).init();
    await other.send(subscribe('1', HANG));
    expect(await other.next()).toMatchObject({ payload: { data: {} } });
  });
});

describe('credentials', () => {
  test('are read anew for each operation, and one that was revoked closes the connection', async () => {
    const token = await mesh.keys.token('DEVELOPER');
    const client = await new RawClient().init({ authorization: `Bearer ${token}` });
    await client.send(subscribe('1', 'subscription { guarded { index } }'));
    expect(await client.next()).toMatchObject({ type: 'next', payload: { data: { guarded: { index: 0 } } } });
    mesh.keys.revokeAll();
    await client.send(subscribe('2', 'subscription { guarded { index } }'));
    expect(await client.closed).toBe(4403);
  });

  test('that are revoked in another process end its sources and the connection, though the client be silent', async () => {
    const own = await startMesh({ remote: ['users'] });
    try {
      const token = await own.keys.token('DEVELOPER');
      const client = await new RawClient('graphql-transport-ws', own).init({ authorization: `Bearer ${token}` });
      await client.send(subscribe('1', HANG));
      await expect.poll(() => own.sources.opened).toBe(1);
      // Reads nothing any more, so it does not answer the closing handshake either.
      client.socket.pause();
      own.keys.revokeAll();
      await expect.poll(() => own.sources.ended, { timeout: 10_000 }).toBe(1);
      client.socket.resume();
      expect(await client.closed).toBe(4403);
    } finally {
      await own.stop();
    }
  });

  test('end the connection when they expire', async () => {
    // Five seconds past its end a token is still taken, for clocks that differ.
    const token = await mesh.keys.token('DEVELOPER', { expiresIn: -4 });
    const client = await new RawClient().init({ authorization: `Bearer ${token}` });
    await client.send(subscribe('1', HANG));
    expect(await client.closed).toBe(4403);
  });
});

describe('cancelling', () => {
  test('reaches the source while it has nothing to say', async () => {
    const client = await new RawClient().init();
    const ended = mesh.sources.ended;
    await client.send(subscribe('1', HANG));
    expect(await client.next()).toMatchObject({ type: 'next' });
    await client.send({ id: '1', type: 'complete' });
    await expect.poll(() => mesh.sources.ended, { interval: 5, timeout: 1_000 }).toBe(ended + 1);
    await client.end();
  });

  test('reaches a mutation that is under way', async () => {
    const token = await mesh.keys.token('DEVELOPER');
    const client = await new RawClient().init({ authorization: `Bearer ${token}` });
    const { opened, ended } = mesh.sources;
    await client.send(subscribe('1', 'mutation { chat(prompt: "hang") { index } }'));
    await expect.poll(() => mesh.sources.opened).toBe(opened + 1);
    await client.send({ id: '1', type: 'complete' });
    await expect.poll(() => mesh.sources.ended).toBe(ended + 1);
    await client.end();
  });

  test('happens by losing the connection', async () => {
    const client = await new RawClient().init();
    const ended = mesh.sources.ended;
    await client.send(subscribe('1', HANG), subscribe('2', HANG));
    await client.next();
    await client.next();
    client.socket.terminate();
    await expect.poll(() => mesh.sources.ended).toBe(ended + 2);
  });
});

test('a path that is no door is refused before any upgrade', async () => {
  const socket = new WebSocket(`${mesh.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws');
  const [error] = await once(socket, 'error');
  expect(String(error)).toContain('404');
});

test('a refused upgrade leaves no connection to a client that does not hang up', async () => {
  const socket = connect({ port: Number(new URL(mesh.url).port), host: '127.0.0.1', allowHalfOpen: true });
  let reset = false;
  socket.on('error', () => (reset = true));
  socket.write('GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const ended = once(socket, 'end');
  socket.resume();
  await ended;
  await expect
    .poll(() => {
      if (!reset) socket.write('x');
      return reset;
    })
    .toBe(true);
  socket.destroy();
});
