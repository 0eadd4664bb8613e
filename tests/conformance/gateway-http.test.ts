import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const Body = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.unknown()).optional(),
        extensions: z.looseObject({ code: z.string(), mend: z.string(), requestId: z.string() }),
      }),
    )
    .optional(),
});

const NOT_FORGED = { 'apollo-require-preflight': 'true' };

let mesh: TestMesh;
let studio: string;

beforeAll(async () => {
  studio = await mkdtemp(join(tmpdir(), 'devstudio-static-'));
  await mkdir(join(studio, 'assets'));
  await writeFile(join(studio, 'index.html'), '<!doctype html><title>Studio</title>');
  await writeFile(join(studio, 'assets/index-abc123.js'), `console.log(${JSON.stringify('x'.repeat(5_000))});`);
  await writeFile(join(studio, '../outside.txt'), 'not to be served');
  mesh = await startMesh({ studio });
});

afterAll(async () => {
  await mesh.stop();
  await rm(studio, { recursive: true });
  await rm(join(studio, '../outside.txt'), { force: true });
});

const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...Body.parse(JSON.parse(text)) };
};

describe('GraphQL over HTTP', () => {
  // The audits know nothing of CSRF; see the last tests of this file.
  const fetchFn = (url: string, init?: RequestInit) =>
    fetch(url, { ...init, headers: [...new Headers(init?.headers), ...Object.entries(NOT_FORGED)] });
  for (const audit of serverAudits({ url: () => `${mesh.url}/graphql`, fetchFn })) {
    test(`${audit.id}: ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? undefined : `${result.status}: ${result.reason}`).toBeUndefined();
    });
  }

  test('answers with the error table’s status when the whole request failed', async () => {
    const broken = await post({ query: 'mutation { chat(prompt: "x") { index } }' });
    expect(broken).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(broken.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['an answer', '{ __typename }', 'application/json'],
    ['a refusal', '{', 'application/json'],
    ['a stream', 'subscription { chat(prompt: "x", count: 1) { index } }', 'text/event-stream'],
  ])('lets no cache keep %s', async (_, query, accept) => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
    await response.text();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('answers 200 when there is data beside the errors', async () => {
    const partial = await post({ query: '{ hello(name: "broken") users { id } }' });
    expect(partial.status).toBe(200);
    expect(partial.errors).toMatchObject([{ path: ['hello'], message: 'There is no such greeting.' }]);
  });

  test('says when to come back where the error does', async () => {
    const { errors } = await post({ query: '{ hello(name: "waiting") }' });
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 7 } }]);
  });

  test('shows nothing of what went wrong inside a subgraph', async () => {
    const masked = await post({ query: '{ hello(name: "crash") }' });
    expect(masked.errors).toMatchObject([{ path: ['hello'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(masked.text).not.toMatch(/secret of|10\.0\.0\.1|users|stack|serviceName/);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'refuses a body of %s, which any page of the web could send',
    async (type) => {
      const refused = await post('{"query":"{ __typename }"}', { 'content-type': type });
      expect(refused).toMatchObject({ status: 415, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    },
  );

  test('refuses a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { rename(id: "1", name: "x") { id } }');
    const response = await fetch(`${mesh.url}/graphql?query=${query}`, { headers: NOT_FORGED });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('refuses variables of an address that are not JSON', async () => {
    const response = await fetch(`${mesh.url}/graphql?query={__typename}&variables={`, { headers: NOT_FORGED });
    expect(response.status).toBe(400);
    expect(Body.parse(await response.json()).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  test('refuses a batch', async () => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{ __typename }"},{"query":"{ __typename }"}]',
    });
    expect(response.status).toBe(400);
    expect(Body.parse(await response.json()).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  test.each([
    ['an unknown field', { query: '{ shoes }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a syntax error', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['a missing variable', { query: 'query ($id: ID!) { user(id: $id) { id } }' }, 400, 'BAD_USER_INPUT'],
    [
      'a wrong variable',
      { query: 'query ($n: Int) { users(first: $n) { id } }', variables: { n: 'x' } },
      400,
      'BAD_USER_INPUT',
    ],
    ['an unknown operation', { query: 'query A { __typename } query B { __typename }' }, 400, 'BAD_REQUEST'],
    [
      'a field that is inaccessible',
      { query: '{ principal(sessionId: "x") { userId } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      '10,000 levels',
      { query: `{ me ${'{ friends '.repeat(10_000)}${'}'.repeat(10_000)} }` },
      400,
      'DOCUMENT_TOO_LARGE',
    ],
    ['10,000 brackets of a list', { query: `{ users(first: ${'['.repeat(10_000)}` }, 400, 'DOCUMENT_TOO_LARGE'],
    [
      'too many aliases',
      { query: `{ ${Array.from({ length: 65 }, (_, i) => `... { a${i}: __typename }`).join(' ')} }` },
      400,
      'DOCUMENT_TOO_LARGE',
    ],
  ])('refuses %s with a code', async (_, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, errors: [{ extensions: { code } }] });
  });

  test('refuses 2 MiB, announced or not, before reading them', async () => {
    const body = JSON.stringify({ query: `{ __typename } #${'x'.repeat(2 * 1_048_576)}` });
    expect(await post(body)).toMatchObject({ status: 413, errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
    const status = await new Promise((resolve, reject) => {
      const request = rawRequest(`${mesh.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      });
      request.on('response', (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      for (let sent = 0; sent < body.length; sent += 65_536) request.write(body.slice(sent, sent + 65_536));
    });
    expect(status).toBe(413);
  });

  test('echoes a sane request id and makes one in place of another', async () => {
    const kept = await post({ query: '{ shoes }' }, { 'x-request-id': 'my-id.1' });
    expect(kept.headers.get('x-request-id')).toBe('my-id.1');
    expect(kept.errors?.[0]?.extensions.requestId).toBe('my-id.1');
    const made = await post({ query: '{ shoes }' }, { 'x-request-id': 'x'.repeat(100) });
    expect(made.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  test('streams a subscription as server-sent events', async () => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { chat(prompt: "x", count: 2) { index user { name quota } } }' }),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const text = await response.text();
    const next = [...text.matchAll(/event: next\ndata: (.*)\n/g)].map(([, data]) => JSON.parse(data ?? ''));
    const user = { name: 'User 1', quota: 10 };
    expect(next).toEqual([{ data: { chat: { index: 0, user } } }, { data: { chat: { index: 1, user } } }]);
    expect(text).toContain('event: complete\n');
  });

  test('ends the source of a subscription that was asked for without a stream', async () => {
    const opened = mesh.sources.opened;
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: 'subscription { chat(prompt: "hang") { index } }' }),
    });
    expect(response.status).toBe(406);
    await expect.poll(() => mesh.sources.ended).toBe(mesh.sources.opened);
    expect(mesh.sources.opened - opened).toBeLessThanOrEqual(1);
  });
});

describe('the studio’s files', () => {
  test('are served with their types, compressed, and kept for good when they are named by their content', async () => {
    const script = await fetch(`${mesh.url}/assets/index-abc123.js`, { headers: { 'accept-encoding': 'br' } });
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(await script.text()).toContain('xxxx');
  });

  test('are not sent again to who has them', async () => {
    const page = await fetch(`${mesh.url}/`);
    const etag = page.headers.get('etag') ?? '';
    expect((await fetch(`${mesh.url}/`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('answer a page of the studio’s own routes', async () => {
    const page = await fetch(`${mesh.url}/chat/42`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Studio</title>');
    expect((await fetch(`${mesh.url}/missing.js`, { headers: { accept: 'text/html' } })).status).toBe(404);
    expect((await fetch(`${mesh.url}/chat/42`, { headers: { accept: 'application/json' } })).status).toBe(404);
  });

  test('come with headers that keep other sites out', async () => {
    const { headers } = await fetch(`${mesh.url}/`);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each([
    '/../outside.txt',
    '/..%2foutside.txt',
    '/assets/../../outside.txt',
    '//outside.txt',
    '/%2e%2e/outside.txt',
  ])('are all that a path like %s can reach', async (path) => {
    const { hostname, port } = new URL(mesh.url);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      });
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
    expect(answer).not.toContain('not to be served');
  });
});

describe('the gateway’s own addresses', () => {
  test('publish the keys that verify tokens, without anything private', async () => {
    const { keys } = await (await fetch(`${mesh.url}/.well-known/jwks.json`)).json();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  test('say that it is ready', async () => {
    expect((await fetch(`${mesh.url}/readyz`)).status).toBe(200);
  });
});

describe('another site', () => {
  const QUERY = `?query=${encodeURIComponent('{ __typename }')}`;

  test('cannot have a visitor’s browser ask by GET', async () => {
    const forged = await fetch(`${mesh.url}/graphql${QUERY}`, {
      headers: { accept: 'text/html', referer: 'https://evil.example' },
    });
    expect(forged.status).toBe(400);
    expect(Body.parse(await forged.json()).errors).toMatchObject([
      { message: expect.stringContaining('apollo-require-preflight'), extensions: { code: 'BAD_REQUEST' } },
    ]);
    const meant = await fetch(`${mesh.url}/graphql${QUERY}`, { headers: NOT_FORGED });
    expect(await meant.json()).toEqual({ data: { __typename: 'Query' } });
    expect(meant.headers.get('cache-control')).toBe('no-store');
  });

  test('cannot read anything as long as no origin is named', async () => {
    const headers = { ...NOT_FORGED, origin: 'https://app.example' };
    const answer = await fetch(`${mesh.url}/graphql${QUERY}`, { headers });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const preflight = await fetch(`${mesh.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('an origin that DEVSTUDIO_CORS_ORIGINS names', () => {
  let open: TestMesh;
  beforeAll(async () => {
    open = await startMesh({ env: { DEVSTUDIO_CORS_ORIGINS: 'https://app.example, https://b.example' } });
  });
  afterAll(() => open.stop());

  test('may ask, and read the answer, without cookies', async () => {
    const origin = 'https://app.example';
    const preflight = await fetch(`${open.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await fetch(`${open.url}/graphql`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('vary')).toBe('origin');
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'is not %s',
    async (origin) => {
      const preflight = await fetch(`${open.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
      expect(preflight.headers.get('access-control-allow-methods')).toBeNull();
    },
  );
});
