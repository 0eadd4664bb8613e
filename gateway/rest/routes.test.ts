import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { buildSchema, Kind, OperationTypeNode, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { chatBody } from './chat-schema.ts';
import { OPENAPI } from './openapi.ts';
import { findRoute, ROUTES } from './routes.ts';

const api = buildSchema(readFileSync(join(import.meta.dirname, '../../schemas/api.graphql'), 'utf8'));
const CHAT = { model: 'starter', messages: [{ role: 'user', content: 'hello' }] };
const TEXTS = { prompt: 'hello', input: 'hello', query: 'hello', documents: ['hello'] };
/** Bodies for which the routes ask; what is in them matters only to `stream`. */
const BODIES = [
  { ...CHAT, ...TEXTS, stream: false },
  { ...CHAT, ...TEXTS, stream: true },
];

describe('a route', () => {
  test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s asks documents that the graph answers, of their kind',
    (_, route) => {
      for (const body of BODIES) {
        const ask = route.ask(body as never, { model: 'starter' });
        const document = parse(ask.document);
        expect(validate(api, document)).toEqual([]);
        const [operation] = document.definitions;
        const streams =
          operation?.kind === Kind.OPERATION_DEFINITION && operation.operation === OperationTypeNode.SUBSCRIPTION;
        expect(streams).toBe(ask.kind !== 'whole');
      }
    },
  );

  test('is found by method and address', () => {
    expect(findRoute('GET', '/v1/models')).toMatchObject({ outcome: 'found', segments: {} });
    expect(findRoute('GET', '/v1/models/a%2Fb')).toMatchObject({ outcome: 'found', segments: { model: 'a/b' } });
    expect(findRoute('POST', '/v1/models')).toMatchObject({ outcome: 'other method', methods: ['GET'] });
  });

  test.each([
    '/v1',
    '/v1/',
    '/v1/models/',
    '/v1/models/%',
    '/v1/models/a/b',
    '/V1/models',
    '//v1/models',
    '/constructor',
  ])('is not at %s', (path) => {
    expect(findRoute('GET', path)).toEqual({ outcome: 'none' });
  });
});

test.each([
  ['/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }],
  ['/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] }],
])('%s says of a picture that it takes texts', (path, body) => {
  const found = findRoute('POST', path);
  const flaw = found.outcome === 'found' ? found.route.checkBody({ model: 'starter', ...body }) : null;
  expect(flaw?.sentence).toMatch(/content\.0\.type must be .*text/);
});

describe('the OpenAPI document', () => {
  const references = [...JSON.stringify(OPENAPI).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);

  test('has a different id for each operation, and no reference that leads nowhere', () => {
    const ids = [...JSON.stringify(OPENAPI).matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(ROUTES.length);
    expect(new Set(ids).size).toBe(ids.length);
    for (const path of references) expect(OPENAPI).toHaveProperty(path.split('/'));
  });

  test('is JSON through and through', () => {
    expect(JSON.parse(JSON.stringify(OPENAPI))).toEqual(OPENAPI);
  });
});

describe('the body of a chat', () => {
  const check = new Ajv2020({ allowUnionTypes: true }).compile(chatBody({ type: 'boolean' }));

  test.each([
    [{ n: 1, frequency_penalty: 0, presence_penalty: 0, logprobs: false, logit_bias: {} }],
    [{ tools: [], tool_choice: 'auto', parallel_tool_calls: true, response_format: { type: 'text' } }],
    [{ stop: null, seed: null, max_tokens: null, temperature: null, stream_options: null }],
    [{ user: 'ada', metadata: { a: 'b' }, store: true, service_tier: 'auto', reasoning_effort: 'low' }],
    [{ messages: [...CHAT.messages, { role: 'assistant', content: 'hi', refusal: null, annotations: [] }] }],
  ])('takes %j, which changes nothing', (more) => {
    expect(check({ ...CHAT, ...more })).toBe(true);
  });

  test.each([
    [{ n: 9 }],
    [{ presence_penalty: -1 }],
    [{ top_logprobs: 21 }],
    [{ logit_bias: { 50_256: -100 } }],
    [{ tool_choice: 'any' }],
    [{ response_format: { type: 'json_schema', json_schema: {} } }],
    [{ modalities: ['audio'] }],
    [{ web_search_options: {} }],
    [{ stop: Array(9).fill('x') }],
    [{ top_p: 0 }],
    [{ messages: [{ role: 'function', content: 'x' }] }],
    [{ messages: [{ role: 'user', content: 5 }] }],
  ])('refuses %j, which would', (more) => {
    expect(check({ ...CHAT, ...more })).toBe(false);
  });
});
