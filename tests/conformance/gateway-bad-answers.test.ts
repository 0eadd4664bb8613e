import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SubgraphName } from '#mesh/config.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

let mesh: TestMesh | undefined;
const servers: Server[] = [];

afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const serve = async (handler: RequestListener): Promise<string> => {
  const server = createServer(handler);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  // A listening TCP server has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const Result = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.looseObject({ code: z.string() }),
      }),
    )
    .optional(),
});
type Result = z.infer<typeof Result>;

const ask = async ({ url }: TestMesh, query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return { status: response.status, text, ...Result.parse(JSON.parse(text)) };
};

/** Asks while one subgraph answers what a handler says, and the others what they should. */
const askWith = async (bad: SubgraphName, handler: RequestListener, query: string) => {
  mesh = await startMesh({ at: { [bad]: await serve(handler) } });
  return ask(mesh, query);
};

/** An answer with these bytes. */
const answering =
  (body: string | Uint8Array, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

const PIECE = Buffer.alloc(65_536, 'x');

/** Writes as fast as the other side takes it. */
const pour = (response: ServerResponse, bytes: number): void => {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= PIECE.length;
      if (!response.write(PIECE)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
};

const MIB = 1_048_576;
const PARTS = '{ hello(name: "x") projects { id } }';
const UNAVAILABLE = {
  data: { hello: 'Hello x', projects: null },
  errors: [{ path: ['projects'], extensions: { code: 'SERVICE_UNAVAILABLE' } }],
};

describe('a subgraph whose answer is none takes only its own part with it', () => {
  test.each<[string, RequestListener]>([
    ['hangs up', (request) => void request.socket.destroy()],
    [
      'stops in the middle',
      (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-length': 100 }).write('{"data":{"projects":');
        setImmediate(() => response.destroy());
      },
    ],
    ['sends bytes that are nothing', answering(Uint8Array.from({ length: 4_096 }, (_, at) => (at * 31) % 256))],
    ['sends NUL', answering('\0'.repeat(100))],
    ['sends nothing', answering('')],
    ['sends half of a JSON text', answering('{"data":{"projects":[{"id":"1"}')],
    ['fails with a page', answering('<h1>500 at 10.0.0.7</h1>', { 'content-type': 'text/html' }, 500)],
    ['sends a stream instead', answering('event: next\ndata: {}\n\n', { 'content-type': 'text/event-stream' })],
    [
      'sends compressed bytes that nobody asked for',
      answering(gzipSync('{"data":{}}'), { 'content-encoding': 'gzip' }),
    ],
    // 64 MiB of spaces around a good answer: small on the way, and never unpacked.
    [
      'sends a bomb',
      answering(gzipSync(`{"data":{"projects":null}${' '.repeat(64 * MIB)}}`), { 'content-encoding': 'gzip' }),
    ],
    [
      'sends 50 MB',
      (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"data":{"projects":[{"id":"');
        pour(response, 50 * MIB);
      },
    ],
    [
      'says that 50 MB are coming',
      (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-length': 50 * MIB }).write('{');
      },
    ],
  ])('when it %s', async (_, handler) => {
    const { status, text, ...answer } = await askWith('sandbox', handler, PARTS);
    expect(status).toBe(200);
    expect(answer).toMatchObject(UNAVAILABLE);
    expect(text).not.toMatch(/10\.0\.0\.7|127\.0\.0\.1/);
  });

  test('when it sends the gateway elsewhere, where nobody is asked', async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked += 1;
      response.end('{"data":{"projects":[]}}');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      expect(
        await askWith('sandbox', answering('', { location: `${elsewhere}/graphql` }, status), PARTS),
      ).toMatchObject(UNAVAILABLE);
      await mesh?.stop();
    }
    expect(asked).toBe(0);
  });
});

const project = (fields: Record<string, unknown>) => ({ data: { project: { id: '1', ...fields } } });
const HELLO = { hello: 'Hello x' };
const PROJECT = '{ hello(name: "x") project(id: "1") { id name tags } }';

describe('a value that its type does not allow is an error at its place', () => {
  test.each<[string, SubgraphName, string, unknown, Record<string, unknown> | null, (string | number)[]]>([
    [
      'a number for a text',
      'sandbox',
      PROJECT,
      project({ name: 7, tags: [] }),
      { ...HELLO, project: null },
      ['project', 'name'],
    ],
    [
      'a text for a list',
      'sandbox',
      PROJECT,
      project({ name: '', tags: 'x' }),
      { ...HELLO, project: null },
      ['project', 'tags'],
    ],
    [
      'an object for a list',
      'sandbox',
      PROJECT,
      project({ name: '', tags: {} }),
      { ...HELLO, project: null },
      ['project', 'tags'],
    ],
    [
      'a null in a list',
      'sandbox',
      PROJECT,
      project({ name: '', tags: [null] }),
      { ...HELLO, project: null },
      ['project', 'tags', 0],
    ],
    ['a missing field', 'sandbox', PROJECT, project({ tags: [] }), { ...HELLO, project: null }, ['project', 'name']],
    ['a list for an object', 'sandbox', PROJECT, { data: { project: [] } }, { ...HELLO, project: null }, ['project']],
    ['a text for an object', 'sandbox', PROJECT, { data: { project: 'x' } }, { ...HELLO, project: null }, ['project']],
    [
      'an object of a type that nobody knows',
      'sandbox',
      PROJECT,
      project({ __typename: 'Ghost', name: '', tags: [] }),
      { ...HELLO, project: null },
      ['project'],
    ],
    [
      'a value that its enumeration has not',
      'users',
      '{ project(id: "10") { id } user(id: "1") { role } }',
      { data: { user: { role: 'EMPEROR' } } },
      { project: { id: '10' }, user: null },
      ['user', 'role'],
    ],
    [
      'a member of a union that it has not',
      'users',
      '{ project(id: "10") { id } everything { __typename ... on User { id } } }',
      { data: { everything: [{ __typename: 'Ghost', id: '1' }] } },
      null,
      ['everything', 0],
    ],
    [
      'a text for a whole number',
      'models',
      '{ hello(name: "x") model(name: "m") { size } }',
      { data: { model: { size: '70' } } },
      { ...HELLO, model: null },
      ['model', 'size'],
    ],
    [
      'a whole number of more than 32 bits',
      'models',
      '{ hello(name: "x") model(name: "m") { size } }',
      { data: { model: { size: 2 ** 31 } } },
      { ...HELLO, model: null },
      ['model', 'size'],
    ],
  ])('%s', async (_, bad, query, body, data, path) => {
    const answer = await askWith(bad, answering(JSON.stringify(body)), query);
    expect(answer.data).toEqual(data);
    expect(answer.errors).toMatchObject([{ path, extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  test('a number without end', async () => {
    const body = '{"data":{"model":{"name":"m","weights":[{"layer":0,"value":1e999}]}}}';
    const answer = await askWith('models', answering(body), '{ model(name: "m") { name weights { layer value } } }');
    expect(answer.data).toEqual({ model: { name: 'm', weights: [{ layer: 0, value: null }] } });
    expect(answer.errors).toMatchObject([{ path: ['model', 'weights', 0, 'value'] }]);
  });

  test('a scalar of our own that is nested without end', async () => {
    const body = `{"data":{"user":{"id":"1","since":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`;
    const answer = await askWith('users', answering(body), '{ projects { id } user(id: "1") { id since } }');
    expect(answer.data).toMatchObject({ user: { id: '1', since: null }, projects: [{ id: '10' }, { id: '11' }, null] });
    expect(answer.errors).toMatchObject([{ path: ['user', 'since'] }]);
  });
});

describe('entities that a subgraph answers badly', () => {
  const QUERY = '{ users(first: 2) { name projects { id name } } }';
  const entities = (value: unknown): string => JSON.stringify({ data: { _entities: value } });

  test.each<[string, string, number]>([
    ['with no list', entities({ 0: {} }), 0],
    ['with too few', entities([{ projects: [{ id: '1', name: 'a' }] }]), 1],
    ['with too many', entities(Array.from({ length: 50 }, () => ({ projects: [{ id: '1', name: 'a' }] }))), 2],
    ['with texts', entities(['x', 'y']), 0],
    ['with nulls', entities([null, null]), 0],
  ])('%s leave the rest as it is', async (_, body, found) => {
    const { status, data } = await askWith('sandbox', answering(body), QUERY);
    expect(status).toBe(200);
    const users = z.array(z.object({ name: z.string(), projects: z.unknown() })).parse(data?.['users']);
    expect(users.map(({ name }) => name)).toEqual(['User 1', 'User 2']);
    expect(users.filter(({ projects }) => projects !== null)).toHaveLength(found);
  });

  test('with an error at a place that is none are told without one', async () => {
    const errors = [{ message: 'x', path: ['_entities', 99, 'projects'] }, { message: 'y', path: 'nowhere' }, 7, null];
    const body = JSON.stringify({ data: { _entities: [null, null] }, errors });
    const answer = await askWith('sandbox', answering(body), QUERY);
    expect(answer.data).toMatchObject({ users: [{ projects: null }, { projects: null }] });
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(Array(4).fill('INTERNAL_SERVER_ERROR'));
  });
});

describe('names that every object has', () => {
  test('change no object of the gateway', async () => {
    const body = `{"data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"project":{
      "__proto__":{"polluted":1,"name":"from the prototype"},"constructor":7,"id":"1","tags":[]}}}`;
    const answer = await askWith('sandbox', answering(body), PROJECT);
    expect(answer).toMatchObject({
      data: { hello: 'Hello x', project: null },
      errors: [{ path: ['project', 'name'] }],
    });
    expect('polluted' in {}).toBe(false);
    expect(answer.text).not.toContain('polluted');
  });

  test('neither do those of an entity', async () => {
    const body = '{"data":{"_entities":[{"__proto__":{"quota":1},"hasOwnProperty":1,"projects":[]}]}}';
    const answer = await askWith('sandbox', answering(body), '{ users(first: 1) { name projects { id } } }');
    expect(answer.data).toEqual({ users: [{ name: 'User 1', projects: [] }] });
    expect('quota' in {}).toBe(false);
  });

  test('are aliases like others', async () => {
    mesh = await startMesh();
    const { data } = await ask(mesh, '{ toString: hello(name: "x") constructor: projects { valueOf: id } }');
    expect(data).toMatchObject({ toString: 'Hello x', constructor: [{ valueOf: '10' }, { valueOf: '11' }, null] });
  });
});

test('bytes that are no UTF-8 are shown as such and harm nothing around them', async () => {
  const body = Buffer.concat([
    Buffer.from('{"data":{"project":{"id":"1","name":"a'),
    Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]),
    Buffer.from('b\\u0000\\ud800","tags":[]}}}'),
  ]);
  const { data } = await askWith('sandbox', answering(body), PROJECT);
  expect(data).toMatchObject({ hello: 'Hello x', project: { id: '1', tags: [] } });
  expect(z.object({ name: z.string() }).parse(data?.['project']).name).toMatch(/^a\uFFFD+b\0/u);
});

describe('a stream whose source', () => {
  const STREAM = { 'content-type': 'text/event-stream' };
  const FIRST = 'event: next\ndata: {"data":{"chat":{"index":0}}}\n\n';

  /** All that a client hears over server-sent events. */
  const listen = async (handler: RequestListener): Promise<readonly unknown[]> => {
    mesh = await startMesh({ at: { models: await serve(handler) } });
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { chat(prompt: "x") { index } }' }),
    });
    return (await response.text())
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line): unknown => JSON.parse(line.slice('data: '.length)));
  };
  const writing =
    (...texts: readonly (string | Uint8Array)[]): RequestListener =>
    (request, response) => {
      request.resume();
      response.writeHead(200, STREAM);
      for (const text of texts) response.write(text);
      response.end();
    };
  const failed = (code: string) => ({ data: null, errors: [{ extensions: { code } }] });

  test.each<[string, RequestListener, string]>([
    [
      'never ends a line',
      (request, response) => {
        request.resume();
        response.writeHead(200, STREAM).write(FIRST);
        pour(response, 50 * MIB);
      },
      'SERVICE_UNAVAILABLE',
    ],
    [
      'never ends an event',
      (request, response) => {
        request.resume();
        response.writeHead(200, STREAM).write(FIRST);
        response.write('data: x\n'.repeat(3 * MIB));
      },
      'SERVICE_UNAVAILABLE',
    ],
    ['says what is no JSON', writing(FIRST, 'event: next\ndata: <html>\n\n'), 'SERVICE_UNAVAILABLE'],
    ['says what is no result', writing(FIRST, 'event: next\ndata: [1]\n\n'), 'SERVICE_UNAVAILABLE'],
    ['sends bytes that are nothing', writing(FIRST, Uint8Array.of(0, 255, 254, 10, 10), 'x\n\n'), 'MODEL_CRASHED'],
    ['stops without a word', writing(FIRST), 'MODEL_CRASHED'],
    ['stops in the middle', writing(FIRST, FIRST.slice(0, 30)), 'MODEL_CRASHED'],
  ])('%s has what came before, and one error as its last event', async (_, handler, code) => {
    expect(await listen(handler)).toMatchObject([{ data: { chat: { index: 0 } } }, failed(code)]);
  });

  test('breaks a type in one event goes on with the next', async () => {
    const second = FIRST.replace('"index":0', '"index":"many"');
    const done = 'event: complete\ndata:\n\n';
    expect(await listen(writing(FIRST, second, FIRST, done))).toMatchObject([
      { data: { chat: { index: 0 } } },
      { data: null, errors: [{ path: ['chat', 'index'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      { data: { chat: { index: 0 } } },
    ]);
  });
});
