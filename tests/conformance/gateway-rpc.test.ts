import { buildSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Graph } from '#gateway/graph.ts';
import { createRates } from '#gateway/rates/meter.ts';
import { defineMethod, type Method } from '#gateway/rpc/method.ts';
import { METHODS } from '#gateway/rpc/methods.ts';
import { handleRpc } from '#gateway/rpc/server.ts';
import { createLog } from '#mesh/log.ts';
import { serve, type Served } from '#mesh/serve.ts';

/** The methods that the examples of the specification call, on a graph of their own. */
const schema = buildSchema(`
  type Query {
    subtract(minuend: Int!, subtrahend: Int!): Int!
    sum(numbers: [Int!]!): Int!
    data: [String!]!
  }
`);
const fields = {
  subtract: ({ minuend, subtrahend }: { minuend: number; subtrahend: number }) => minuend - subtrahend,
  sum: ({ numbers }: { numbers: readonly number[] }) => numbers.reduce((sum, number) => sum + number, 0),
  data: () => ['hello', '5'],
};
const graph: Graph = {
  execute: ({ document, variables }) =>
    graphql({ schema, source: document, variableValues: { ...variables }, rootValue: fields }),
  subscribe: () => Promise.reject(new Error('JSON-RPC has no subscriptions')),
  authenticate: () => Promise.resolve({ outcome: 'accepted', principal: null }),
};

const numbers = { type: 'array', items: { type: 'integer' } };
const SUM = 'query ($numbers: [Int!]!) { sum(numbers: $numbers) }';
const summing = (title: string): Method =>
  defineMethod({
    schema: { title, description: 'Adds.', params: numbers, result: { type: 'integer' } },
    open: true,
    document: SUM,
    variables: (params: readonly number[]) => ({ numbers: params }),
    result: ({ sum }: { readonly sum: number }) => sum,
  });
const methods = new Map(
  [
    summing('sum'),
    summing('update'),
    summing('notify_hello'),
    summing('notify_sum'),
    defineMethod({
      schema: {
        title: 'subtract',
        description: 'Takes the second number from the first, by position or by name.',
        params: {
          type: ['array', 'object'],
          items: { type: 'integer' },
          required: ['minuend', 'subtrahend'],
          properties: { minuend: { type: 'integer' }, subtrahend: { type: 'integer' } },
        },
        result: { type: 'integer' },
      },
      open: true,
      document: 'query ($minuend: Int!, $subtrahend: Int!) { subtract(minuend: $minuend, subtrahend: $subtrahend) }',
      variables: (params: readonly number[] | Record<'minuend' | 'subtrahend', number>) =>
        'minuend' in params ? params : { minuend: params[0], subtrahend: params[1] },
      result: ({ subtract }: { readonly subtract: number }) => subtract,
    }),
    defineMethod({
      schema: { title: 'get_data', description: 'Some data.', params: { type: 'object' }, result: { type: 'array' } },
      open: true,
      document: '{ data }',
      variables: () => ({}),
      result: ({ data: [word, number] }: { readonly data: readonly string[] }) => [word, Number(number)],
    }),
  ].map((method) => [method.name, method]),
);

const Discovered = z.looseObject({
  openrpc: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  methods: z.array(
    z.looseObject({
      name: z.string(),
      params: z.array(z.object({ name: z.string(), required: z.boolean(), schema: z.looseObject({}) })),
      result: z.object({ name: z.string(), schema: z.looseObject({}) }),
      errors: z.array(z.object({ $ref: z.string() })),
    }),
  ),
  components: z.object({ errors: z.record(z.string(), z.object({ code: z.int(), message: z.string() })) }),
});

let served: Served;

beforeAll(async () => {
  const log = createLog('test', 'silent');
  const openMeter = createRates();
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
        watch: () => () => {},
        log,
        requestId: 'r-1',
        client: { address: null, userAgent: null },
        meter: openMeter(null),
        // Of their own for the examples; the studio's for its document.
        ...(request.url === '/rpc' ? { methods } : {}),
      }),
  });
});

afterAll(() => served.stop(0));

const send = async (body: string): Promise<unknown> => {
  const response = await fetch(`${served.url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
};

const result = (id: unknown, value: unknown) => ({ jsonrpc: '2.0', result: value, id });
const error = (id: unknown, code: number) => ({
  jsonrpc: '2.0',
  error: { code, message: expect.any(String), data: expect.any(Object) },
  id,
});

describe('the examples of the JSON-RPC 2.0 specification (§7):', () => {
  test.each([
    ['positional parameters', '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', result(1, 19)],
    [
      'positional parameters, the other way round',
      '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
      result(2, -19),
    ],
    [
      'named parameters',
      '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
      result(3, 19),
    ],
    [
      'named parameters in another order',
      '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
      result(4, 19),
    ],
    ['a notification', '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', undefined],
    ['a notification of no method', '{"jsonrpc": "2.0", "method": "foobar"}', undefined],
    ['a method that is not there', '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error('1', -32_601)],
    ['invalid JSON', '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(null, -32_700)],
    ['an invalid request', '{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(null, -32_600)],
    [
      'a batch of invalid JSON',
      '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
      error(null, -32_700),
    ],
    ['an empty batch', '[]', error(null, -32_600)],
    ['an invalid batch that is not empty', '[1]', [error(null, -32_600)]],
    ['an invalid batch', '[1,2,3]', [error(null, -32_600), error(null, -32_600), error(null, -32_600)]],
    [
      'a batch',
      `[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
      ]`,
      [result('1', 7), result('2', 19), error(null, -32_600), error('5', -32_601), result('9', ['hello', 5])],
    ],
    [
      'a batch of notifications',
      `[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
      ]`,
      undefined,
    ],
  ])('%s', async (_, request, response) => {
    expect(await send(request)).toEqual(response);
  });
});

describe('the OpenRPC document', () => {
  test('describes every method, by GET, by the method and by its path alike', async () => {
    const { result: byMethod } = z
      .object({ result: Discovered })
      .parse(await send('{"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}'));
    const byGet = await fetch(`${served.url}/rpc/discover`);
    const byPath = await fetch(`${served.url}/rpc/rpc.discover`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    expect(await byGet.json()).toEqual(byMethod);
    expect(await byPath.json()).toEqual({ jsonrpc: '2.0', id: null, result: byMethod });
    expect(byMethod.methods.map(({ name }) => name)).toEqual([...METHODS.keys()]);
  });

  test('holds the schemas that calls are held to, what is required, and known errors', async () => {
    const document = Discovered.parse(await (await fetch(`${served.url}/rpc/discover`)).json());
    for (const { name, params, result: returned, errors } of document.methods) {
      const schemaOf = METHODS.get(name)?.schema;
      expect(returned.schema).toEqual(schemaOf?.result);
      expect(Object.fromEntries(params.map((param) => [param.name, param.schema]))).toEqual(
        schemaOf?.params['properties'] ?? {},
      );
      for (const { $ref } of errors) expect(document.components.errors).toHaveProperty([$ref.split('/').at(-1) ?? '']);
    }
    const chat = document.methods.find(({ name }) => name === 'llm.chat');
    expect(chat?.params.filter(({ required }) => required).map(({ name }) => name)).toEqual(['model', 'messages']);
  });
});
