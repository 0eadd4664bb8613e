import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifestOf = (...texts: string[]): string =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [`sha256:${hashOf(text)}`, text])));

const HELLO = 'query Hello($name: String!) { hello(name: $name) }';
const RENAME = 'mutation Rename { rename(id: "1", name: "x") { name } }';
const CHAT = 'subscription Chat { chat(prompt: "x", count: 2) { index } }';
const SCHEMA = 'query Schema { __schema { queryType { name } } }';
const BROKEN = 'query Broken { shoes }';
const ADDED = 'query Added { users { id } }';

const NOT_ALLOWED = { errors: [{ extensions: { code: 'DOCUMENT_NOT_ALLOWED' } }] };
const GREETED = { data: { hello: expect.any(String) } };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-documents-'));
  await writeFile(join(folder, 'app.json'), manifestOf(HELLO, RENAME, CHAT, SCHEMA, BROKEN));
  await writeFile(join(folder, 'README.md'), 'no manifest');
});
afterAll(() => rm(folder, { recursive: true }));

/** Asks in every way that a client may. */
const asking = (mesh: () => TestMesh) => ({
  post: async (body: object, token?: string) => {
    const response = await fetch(`${mesh().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  },
  get: async (parameters: Record<string, string>) => {
    const response = await fetch(`${mesh().url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    return { status: response.status, body: await response.json() };
  },
  /** Every event of an operation, or the errors that it was refused with. */
  socket: async (payload: SubscribePayload): Promise<unknown> => {
    const client = createClient({
      url: `${mesh().url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    try {
      const events: unknown[] = [];
      for await (const event of client.iterate(payload)) events.push(event);
      return events;
    } catch (error) {
      return { errors: error };
    } finally {
      await client.dispose();
    }
  },
});

describe.each(['development', 'production'])('in %s mode a known document is answered', (mode) => {
  let mesh: TestMesh;
  const { post, get, socket } = asking(() => mesh);
  beforeAll(async () => {
    mesh = await startMesh({ env: { DEVSTUDIO_MODE: mode, DEVSTUDIO_DOCUMENTS: folder } });
  });
  afterAll(() => mesh.stop());

  const variables = { name: 'x' };
  const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });

  test('by its id', async () => {
    expect(await post({ documentId: `sha256:${hashOf(HELLO)}`, variables })).toMatchObject({
      status: 200,
      body: GREETED,
    });
    expect((await post({ extensions: persisted(HELLO), variables })).body).toMatchObject(GREETED);
    expect(
      (await post({ query: null, operationName: 'Hello', extensions: persisted(HELLO), variables })).body,
    ).toMatchObject(GREETED);
  });

  test('by its id in an address', async () => {
    const text = JSON.stringify(variables);
    expect((await get({ documentId: `sha256:${hashOf(HELLO)}`, variables: text })).body).toMatchObject(GREETED);
    expect((await get({ extensions: JSON.stringify(persisted(HELLO)), variables: text })).body).toMatchObject(GREETED);
    expect((await get({ documentId: `sha256:${hashOf(RENAME)}` })).status).toBe(405);
  });

  test('by its id over a WebSocket', async () => {
    expect(await socket({ query: '', extensions: persisted(CHAT) })).toMatchObject([
      { data: { chat: { index: 0 } } },
      { data: { chat: { index: 1 } } },
    ]);
  });

  test('letter for letter', async () => {
    expect((await post({ query: HELLO, variables })).body).toMatchObject(GREETED);
    expect((await get({ query: HELLO, variables: JSON.stringify(variables) })).body).toMatchObject(GREETED);
  });

  test('unless it does not fit the schema, which is said when it is asked', async () => {
    expect((await post({ documentId: `sha256:${hashOf(BROKEN)}` })).body).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  test('and an id that nobody knows is not', async () => {
    const unknown = { documentId: `sha256:${'0'.repeat(64)}` };
    expect(await post(unknown)).toMatchObject({ status: 400, body: NOT_ALLOWED });
    expect(await get(unknown)).toMatchObject({ status: 400, body: NOT_ALLOWED });
    const extensions = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };
    expect(await socket({ query: '', extensions })).toMatchObject(NOT_ALLOWED);
  });

  test.each([
    { documentId: 7 },
    { documentId: 'x' },
    { extensions: { persistedQuery: 7 } },
    { documentId: '__proto__' },
    {},
  ])('and %j is no request', async (body) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });
});

describe('in production mode', () => {
  let mesh: TestMesh;
  const { post, get, socket } = asking(() => mesh);
  beforeAll(async () => {
    mesh = await startMesh({ env: { DEVSTUDIO_MODE: 'production', DEVSTUDIO_DOCUMENTS: folder } });
  });
  afterAll(() => mesh.stop());

  test.each(['{ users { id } }', '{ __typename }', `${HELLO} `, '{', '{ secrets }'])(
    'any other document is refused, unread: %s',
    async (query) => {
      const refused = await post({ query });
      expect(refused).toMatchObject({ status: 400, body: NOT_ALLOWED });
      expect(JSON.stringify(refused.body)).not.toContain('users');
      expect((await get({ query })).body).toMatchObject(NOT_ALLOWED);
      expect(await socket({ query })).toMatchObject(NOT_ALLOWED);
      expect((await post({ query }, await mesh.keys.token('VIEWER'))).body).toMatchObject(NOT_ALLOWED);
    },
  );

  test('not even an admin has another answered', async () => {
    expect((await post({ query: ADDED }, await mesh.keys.token('ADMIN'))).body).toMatchObject(NOT_ALLOWED);
  });

  test('a developer may ask what the graph is like, and nothing beside that', async () => {
    const token = await mesh.keys.token('DEVELOPER');
    const { body } = await post({ query: getIntrospectionQuery() }, token);
    expect(body).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
    for (const query of [
      '{ __schema { queryType { name } } users { id } }',
      '{ __schema { queryType { name } } ...F } fragment F on Query { users { id } }',
      '{ __schema { queryType { name } } ... { users { id } } }',
      '{ __typename } fragment Unused on User { nmae }',
    ]) {
      expect((await post({ query }, token)).body).toMatchObject(NOT_ALLOWED);
    }
  });

  test('a known document that asks for the schema is answered to those who may', async () => {
    const known = { documentId: `sha256:${hashOf(SCHEMA)}` };
    expect(await post(known)).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await post(known, await mesh.keys.token('VIEWER'))).toMatchObject({
      status: 403,
      body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    expect((await post(known, await mesh.keys.token('DEVELOPER'))).body).toMatchObject({ data: { __schema: {} } });
  });

  test('there is no GraphiQL', async () => {
    const page = await fetch(`${mesh.url}/graphiql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(404);
    await page.body?.cancel();
  });

  test('documents come and go with their manifests, and broken ones change nothing', async () => {
    const added = { documentId: `sha256:${hashOf(ADDED)}` };
    expect((await post(added)).body).toMatchObject(NOT_ALLOWED);
    const path = join(folder, 'more.json');
    await writeFile(path, manifestOf(ADDED));
    await expect.poll(async () => (await post(added)).body).toMatchObject({ data: { users: [{}, {}, {}] } });
    await writeFile(path, '{"sha256:x":"{ __typename }"}');
    await writeFile(join(folder, 'third.json'), '{');
    expect((await post(added)).body).toMatchObject({ data: { users: [{}, {}, {}] } });
    await rm(join(folder, 'third.json'));
    await rm(path);
    await expect.poll(async () => (await post(added)).body).toMatchObject(NOT_ALLOWED);
  });
});

test.each([
  ['a folder that is missing', 'missing', undefined, /DEVSTUDIO_DOCUMENTS/],
  ['a manifest that is no JSON', 'a.json', '{', /a\.json is no manifest/],
  [
    'an id that is not the hash of its text',
    'b.json',
    `{"sha256:${'0'.repeat(64)}":"{ __typename }"}`,
    /is not the SHA-256/,
  ],
])('%s ends the start with one line', async (_, name, text, message) => {
  const other = await mkdtemp(join(tmpdir(), 'devstudio-documents-'));
  if (text !== undefined) await writeFile(join(other, name), text);
  const env = { DEVSTUDIO_DOCUMENTS: text === undefined ? join(other, name) : other };
  await expect(startMesh({ env })).rejects.toThrow(message);
  await rm(other, { recursive: true });
});

test('everybody may ask what the graph is like in development mode, and GraphiQL is there', async () => {
  const mesh = await startMesh();
  try {
    const { post } = asking(() => mesh);
    expect((await post({ query: getIntrospectionQuery() })).body).toMatchObject({ data: { __schema: {} } });
    const page = await fetch(`${mesh.url}/graphiql`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'sha256-/);
    expect(await page.text()).toContain('YogaGraphiQL.renderYogaGraphiQL');
  } finally {
    await mesh.stop();
  }
});
