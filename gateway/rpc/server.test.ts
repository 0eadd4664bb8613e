import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { buildSchema, graphql } from 'graphql';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Graph, Requester } from '#gateway/graph.ts';
import { StudioError } from '#mesh/errors.ts';
import { serve, type Served } from '#mesh/serve.ts';
import { createRates } from '../rates/meter.ts';
import { handleRpc } from './server.ts';
import { scopesOf } from '#mesh/scopes.ts';

/** The fields behind the methods, as the subgraphs have them; each test says what they do. */
interface Fields {
  login: (args: { email: string; password: string }) => unknown;
  chat: (args: { input: { model: string; messages: unknown[] } }, requester: Requester) => unknown;
  models: () => unknown;
  writeFile: (args: { input: { path: string; content: string } }) => unknown;
}

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schemas/api.graphql'), 'utf8'));
const ADA = {
  userId: '7c9d7a52-6f0e-4a55-9a4e-0b0c8f0f2f11',
  email: 'ada@example.org',
  role: 'DEVELOPER' as const,
  credential: { kind: 'session' as const, id: 's' },
  scopes: scopesOf('DEVELOPER').slice(),
  availableTokens: 1,
  expiresAt: Number.MAX_SAFE_INTEGER,
};
const completion = (text: string) => ({
  requestId: 'r',
  model: { name: 'starter' },
  message: { role: 'ASSISTANT', content: text },
  finishReason: 'STOP',
  usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2 },
});

let fields: Fields;
let logged: string[];
let served: Served;

/** The graph's interface over the real API schema, with one good token. */
const graph: Graph = {
  execute: ({ document, variables }, requester) =>
    graphql({
      schema,
      source: document,
      variableValues: { ...variables },
      rootValue: fields,
      contextValue: requester,
    }),
  subscribe: () => Promise.reject(new Error('JSON-RPC has no subscriptions')),
  authenticate: async ({ authorization, 'x-api-key': key }) => {
    const credential = authorization ?? key;
    if (credential === undefined) return { outcome: 'accepted', principal: null };
    if (credential === 'Bearer good' || credential === 'good') return { outcome: 'accepted', principal: ADA };
    return { outcome: 'refused', error: new StudioError('UNAUTHENTICATED') };
  },
};

const openMeter = createRates();
const NOBODY = { address: null, userAgent: null };

beforeEach(async () => {
  logged = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  const log = pino({ level: 'warn' }, sink).child({ requestId: 'r-1' });
  fields = {
    login: ({ email, password }) => {
      if (password !== 'right') throw new StudioError('UNAUTHENTICATED');
      const expiresAt = '2026-11-22T19:45:00.000Z';
      return { accessToken: 'a', refreshToken: 'r', expiresAt, user: { id: '1', email, role: 'DEVELOPER' } };
    },
    chat: ({ input }) => completion(`${input.messages.length} messages to ${input.model}`),
    models: () => [],
    writeFile: ({ input }) => ({ path: input.path, size: input.content.length, version: 'f'.repeat(64) }),
  };
  served = await serve({
    name: 'gateway',
    host: '127.0.0.1',
    port: 0,
    portVariable: 'GATEWAY_PORT',
    log,
    readiness: () => Promise.resolve({ ready: true }),
    handle: (request, response) =>
      handleRpc(request, response, {
        graph,
        log,
        requestId: 'r-1',
        client: NOBODY,
        watch: () => () => {},
        meter: openMeter(null),
      }),
  });
});

afterEach(() => served.stop(0));

const GOOD = { 'content-type': 'application/json', authorization: 'Bearer good' };
const send = async (path: string, body: string, headers: Record<string, string> = GOOD, method = 'POST') => {
  const response = await fetch(`${served.url}${path}`, { method, headers, ...(method === 'GET' ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
};
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  send(path, JSON.stringify(body), headers);
const { authorization: _, ...ANONYMOUS } = GOOD;

const CHAT = { model: 'starter', messages: [{ role: 'user', content: 'hello' }] };
const call = (id: unknown, method = 'llm.chat', params: unknown = CHAT) => ({ jsonrpc: '2.0', id, method, params });
const error = (code: number, name: string) => ({
  code,
  message: expect.any(String),
  data: { code: name, request_id: 'r-1', mend: expect.any(String) },
});

describe('POST /rpc', () => {
  test('answers a request with its id', async () => {
    const answer = await post('/rpc', call('x'));
    expect(answer).toMatchObject({ status: 200, body: { jsonrpc: '2.0', id: 'x', result: { model: 'starter' } } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('answers an error with HTTP 200', async () => {
    expect(await post('/rpc', call(1, 'llm.chat', { model: 'starter' }))).toMatchObject({
      status: 200,
      body: { jsonrpc: '2.0', id: 1, error: error(-32_602, 'BAD_USER_INPUT') },
    });
    expect(await post('/rpc', call(1, 'llm.dance'))).toMatchObject({
      status: 200,
      body: { id: 1, error: error(-32_601, 'NOT_FOUND') },
    });
    expect(await post('/rpc', { id: 1 })).toMatchObject({
      status: 200,
      body: { id: 1, error: error(-32_600, 'BAD_REQUEST') },
    });
    expect(await send('/rpc', '{')).toMatchObject({
      status: 200,
      body: { id: null, error: error(-32_700, 'BAD_REQUEST') },
    });
    expect(await post('/rpc', [])).toMatchObject({ status: 200, body: { error: error(-32_600, 'BAD_REQUEST') } });
    expect(await post('/rpc', call(1), ANONYMOUS)).toMatchObject({
      status: 200,
      body: { error: error(-32_001, 'UNAUTHENTICATED') },
    });
  });

  test('performs a notification and says nothing, whatever comes of it', async () => {
    const asked: string[] = [];
    fields.chat = ({ input }) => {
      asked.push(input.model);
      throw new StudioError('MODEL_CRASHED');
    };
    const { id: _id, ...notification } = call(1);
    expect(await post('/rpc', notification)).toMatchObject({ status: 204, body: null });
    expect(await post('/rpc', [notification, notification])).toMatchObject({ status: 204, body: null });
    expect(asked).toEqual(['starter', 'starter', 'starter']);
  });

  test('answers a batch in its order, each request for itself, notifications not at all', async () => {
    const { id: _id, ...notification } = call(0);
    const { status, body } = await post('/rpc', [call('a'), notification, 1, call('b', 'nothing'), call('c')]);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { id: 'a', result: {} },
      { id: null, error: { code: -32_600 } },
      { id: 'b', error: { code: -32_601 } },
      { id: 'c', result: {} },
    ]);
  });

  test('performs at most eight requests of a batch at once', async () => {
    let running = 0;
    let most = 0;
    fields.chat = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return completion('');
    };
    const { body } = await post(
      '/rpc',
      Array.from({ length: 50 }, (_item, index) => call(index)),
    );
    expect(body.map(({ id }: { id: number }) => id)).toEqual(Array.from({ length: 50 }, (_item, index) => index));
    expect(most).toBe(8);
  });
});

describe('POST /rpc/<method>', () => {
  test('takes the bare params or the whole request', async () => {
    const result = { message: { role: 'assistant', content: '1 messages to starter' }, finish_reason: 'stop' };
    expect(await post('/rpc/llm.chat', CHAT)).toMatchObject({
      status: 200,
      body: { jsonrpc: '2.0', id: null, result },
    });
    expect(await post('/rpc/llm.chat', call(7))).toMatchObject({ status: 200, body: { id: 7, result } });
    expect(await send('/rpc/llm.list_models', '')).toMatchObject({ status: 200, body: { result: { models: [] } } });
    expect(await post('/rpc/llm.chat?x=1', CHAT)).toMatchObject({ status: 200 });
  });

  test('takes an API key in its own header too', async () => {
    expect(await post('/rpc/llm.chat', CHAT, { ...ANONYMOUS, 'x-api-key': 'good' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['UNAUTHENTICATED', 401, -32_001],
    ['FORBIDDEN', 403, -32_003],
    ['BUDGET_EXCEEDED', 429, -32_029],
    ['MODEL_NOT_LOADED', 500, -32_050],
    ['PATH_REFUSED', 403, -32_013],
  ] as const)('answers %s with HTTP %i and code %i', async (code, status, rpc) => {
    fields.chat = () => {
      throw new StudioError(code);
    };
    expect(await post('/rpc/llm.chat', CHAT)).toMatchObject({ status, body: { id: null, error: error(rpc, code) } });
  });

  test('says in Retry-After when to come again', async () => {
    fields.chat = () => {
      throw new StudioError('RATE_LIMITED', undefined, { retryAfterSeconds: 1.2 });
    };
    const answer = await post('/rpc/llm.chat', CHAT);
    expect(answer).toMatchObject({ status: 429, body: { error: { data: { retry_after_seconds: 1.2 } } } });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test('refuses what has no credential before it looks at the params, and a bad one always', async () => {
    for (const params of [CHAT, {}, { max_tokens: -1 }]) {
      expect(await post('/rpc/llm.chat', params, ANONYMOUS)).toMatchObject({
        status: 401,
        body: { error: error(-32_001, 'UNAUTHENTICATED') },
      });
    }
    const login = { email: 'ada@example.org', password: 'right' };
    expect(await post('/rpc/auth.login', login, { ...GOOD, authorization: 'Bearer bad' })).toMatchObject({
      status: 401,
    });
  });

  test('lets anybody log in, and answers a wrong password with 401', async () => {
    const login = { email: 'ada@example.org', password: 'right' };
    expect(await post('/rpc/auth.login', login, ANONYMOUS)).toMatchObject({
      status: 200,
      body: { result: { access_token: 'a', user: { email: 'ada@example.org', role: 'DEVELOPER' } } },
    });
    expect(await post('/rpc/auth.login', { ...login, password: 'wrong' }, ANONYMOUS)).toMatchObject({ status: 401 });
  });

  test('refuses params that break the schema with 400, and bad JSON', async () => {
    expect(await post('/rpc/llm.chat', { ...CHAT, max_tokens: -1 })).toMatchObject({
      status: 400,
      body: { error: { ...error(-32_602, 'BAD_USER_INPUT'), message: 'params.max_tokens must be >= 1.' } },
    });
    expect(await post('/rpc/llm.chat', [call(1)])).toMatchObject({ status: 400, body: { error: { code: -32_602 } } });
    expect(await send('/rpc/llm.chat', '{"model": ')).toMatchObject({
      status: 400,
      body: { id: null, error: error(-32_700, 'BAD_REQUEST') },
    });
    expect(await post('/rpc/llm.chat', call(1, 'auth.login'))).toMatchObject({
      status: 400,
      body: { id: 1, error: error(-32_600, 'BAD_REQUEST') },
    });
  });

  test.each(['/rpc/llm.dance', '/rpc/constructor', '/rpc/__proto__', '/rpc/..%2fllm.chat', '/rpc/llm.chat/', '/rpc//'])(
    'does not know %s',
    async (path) => {
      expect(await post(path, CHAT)).toMatchObject({ status: 404, body: { error: error(-32_601, 'NOT_FOUND') } });
    },
  );

  test('says nothing to a notification', async () => {
    const { id: _id, ...notification } = call(1);
    expect(await post('/rpc/llm.chat', notification)).toMatchObject({ status: 204, body: null });
  });
});

describe('both doors', () => {
  test.each(['/rpc', '/rpc/llm.chat'])('refuse what a form of another site could send to %s', async (path) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', '']) {
      const headers = { authorization: 'Bearer good', 'content-type': type };
      expect(await send(path, JSON.stringify(call(1)), headers)).toMatchObject({
        status: 415,
        body: { error: error(-32_600, 'BAD_REQUEST') },
      });
    }
    const headers = { ...GOOD, 'content-type': 'Application/JSON; charset=utf-8' };
    expect(await post(path, call(1), headers)).toMatchObject({ status: 200 });
  });

  test.each(['/rpc', '/rpc/llm.chat'])('answer no other HTTP method on %s', async (path) => {
    const answer = await send(path, '', GOOD, 'GET');
    expect(answer).toMatchObject({ status: 405, body: { error: { code: -32_600 } } });
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test.each(['/rpc', '/rpc/llm.chat'])('refuse a body of over 1 MiB on %s', async (path) => {
    expect(await send(path, `"${'x'.repeat(1_048_576)}"`)).toMatchObject({
      status: 413,
      body: { error: error(-32_600, 'PAYLOAD_TOO_LARGE') },
    });
  });

  test('show nothing of an internal error, and log it with the request id', async () => {
    fields.chat = () => {
      throw new Error('the password is hunter2');
    };
    const answer = await post('/rpc/llm.chat', CHAT);
    expect(answer).toMatchObject({ status: 500, body: { error: error(-32_603, 'INTERNAL_SERVER_ERROR') } });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect(logged.join('')).toContain('"requestId":"r-1"');
  });

  test('take a result that breaks its schema for an internal error, and log it without its content', async () => {
    fields.chat = () => ({ ...completion('a private answer'), message: { role: 'USER', content: 'a private answer' } });
    expect(await post('/rpc/llm.chat', CHAT)).toMatchObject({
      status: 500,
      body: { error: error(-32_603, 'INTERNAL_SERVER_ERROR') },
    });
    expect(logged.join('')).toContain('a result breaks its schema');
    expect(logged.join('')).not.toContain('private');
  });

  test.each(['/rpc', '/rpc/llm.chat'])('end what runs for a client of %s that goes away', async (path) => {
    const started = Promise.withResolvers<Requester>();
    fields.chat = (_args, requester) => {
      started.resolve(requester);
      return once(requester.signal, 'abort').then(() => completion(''));
    };
    const client = httpRequest(`${served.url}${path}`, { method: 'POST', headers: GOOD });
    client.on('error', () => {});
    client.end(JSON.stringify(call(1)));
    const { signal, principal } = await started.promise;
    expect(principal).toEqual(ADA);
    const ended = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    client.destroy();
    await ended;
    expect(signal.aborted).toBe(true);
  });
});
