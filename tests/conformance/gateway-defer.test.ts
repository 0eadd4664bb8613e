import { randomUUID } from 'node:crypto';
import { Client, fetchExchange } from '@urql/core';
import { Kind, parse, print, visit, type ExecutionResult, type SelectionSetNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { IncrementalResult } from '#gateway/defer/deliver.ts';
import type { Requester } from '#gateway/graph.ts';
import { HERE, someone } from '#tests/harness/caller.ts';
import { randomOperation, type RandomOperation } from './mesh/documents.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 250);

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh({ allKnown: true });
});
afterAll(() => mesh.stop());

/** The last digit is the id of the user in the test mesh. */
const USER = { userId: '00000000-0000-4000-8000-000000000001' };

const requester = (): Requester => ({
  requestId: randomUUID(),
  principal: { ...someone('ADMIN', USER), availableTokens: 1, expiresAt: Date.now() + 60_000 },
  client: HERE,
  signal: new AbortController().signal,
  incremental: true,
});

const Parts = z.array(
  z.object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])).optional() })).optional(),
    incremental: z
      .array(
        z.object({
          data: z.record(z.string(), z.unknown()).nullable(),
          path: z.array(z.union([z.string(), z.number()])),
          label: z.string().optional(),
          errors: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])).optional() })).optional(),
        }),
      )
      .optional(),
    hasNext: z.boolean().optional(),
  }),
);
type Part = z.infer<typeof Parts>[number];

/** The results of a document, as a client reads them. */
const partsOf = async (
  document: string,
  variables: Record<string, unknown> = {},
  asked: Requester = requester(),
): Promise<readonly Part[]> => {
  const { graph } = mesh.gateway;
  const parsed = graph.parse(document);
  const flaws = graph.validate(parsed);
  expect(flaws.map(({ message }) => message)).toEqual([]);
  const answer = await graph.executeDocument({ document: parsed, variables }, asked);
  const results: IncrementalResult[] = [];
  if (Symbol.asyncIterator in answer) for await (const result of answer) results.push(result);
  else results.push(answer);
  return Parts.parse(JSON.parse(JSON.stringify(results)));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As clients do it: objects are joined, lists item by item, all else is replaced. */
const join = (target: unknown, source: unknown): unknown => {
  if (isObject(target) && isObject(source)) {
    const joined = { ...target };
    for (const [key, value] of Object.entries(source)) joined[key] = join(target[key], value);
    return joined;
  }
  if (Array.isArray(target) && Array.isArray(source)) {
    return source.map((item: unknown, index) => join(target[index], item));
  }
  return source;
};

const at = (value: unknown, [first, ...rest]: readonly (string | number)[], source: unknown): unknown => {
  if (first === undefined) return join(value, source);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === first ? at(item, rest, source) : item));
  if (!isObject(value)) throw new Error(`there is nothing at ${first}`);
  return { ...value, [first]: at(value[first], rest, source) };
};

/** All that the parts say together. */
const merged = (parts: readonly Part[]) => {
  let data: unknown = parts[0]?.data;
  const errors = parts.flatMap((part) => [
    ...(part.errors ?? []),
    ...(part.incremental ?? []).flatMap((later) => later.errors ?? []),
  ]);
  for (const { incremental = [] } of parts) {
    for (const part of incremental) if (part.data) data = at(data, part.path, part.data);
  }
  return { data, errors: new Set(errors.map(({ path }) => JSON.stringify(path ?? null))) };
};

/** The same operation with a part of some of its selections deferred. */
const deferring = ({ document }: RandomOperation, seed: number): string => {
  let turn = seed;
  return print(
    visit(parse(document), {
      SelectionSet: {
        leave: (node): SelectionSetNode | undefined => {
          turn += 1;
          if (turn % 3 !== 0) return undefined;
          const kept = node.selections.slice(0, turn % 2);
          const later = node.selections.slice(turn % 2);
          if (later.length === 0) return undefined;
          return {
            kind: Kind.SELECTION_SET,
            selections: [
              ...kept,
              {
                kind: Kind.INLINE_FRAGMENT,
                directives: [{ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } }],
                selectionSet: { kind: Kind.SELECTION_SET, selections: later },
              },
            ],
          };
        },
      },
    }),
  );
};

describe('an answer in parts', () => {
  test('says together what the whole answer says, for random operations', async () => {
    const { graph } = mesh.gateway;
    let inParts = 0;
    for (let seed = 0; seed < DOCUMENTS; seed += 1) {
      const operation = randomOperation(graph.schema(), seed);
      const whole: ExecutionResult = await graph.execute(operation, requester());
      const document = deferring(operation, seed);
      const code = whole.errors?.[0]?.extensions['code'];
      if (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'DOCUMENT_TOO_LARGE' || whole.data === undefined) continue;
      const parsed = graph.parse(document);
      if (graph.validate(parsed).length > 0) continue;
      const parts = await partsOf(document, operation.variables);
      if (parts.length > 1) inParts += 1;
      const text = `seed ${seed}\n${document}\n${JSON.stringify(operation.variables)}`;
      // The planner forgets a deferred field below which nothing is left, and the field is null instead of empty.
      if (/include\(if: false\)|skip\(if: true\)/.test(document)) continue;
      // A null that bubbles through the whole answer stays within its part in one that comes in parts.
      if (whole.errors !== undefined) continue;
      expect(merged(parts).data, text).toEqual(JSON.parse(JSON.stringify(whole.data)));
      expect(merged(parts).errors.size, text).toBe(0);
    }
    expect(inParts).toBeGreaterThan(DOCUMENTS / 10);
  });

  test('gives what is not deferred first, then each object its part, with path and label', async () => {
    const parts = await partsOf('{ users(first: 2) { id ... @defer(label: "later") { name motto } } }');
    expect(parts).toEqual([
      { data: { users: [{ id: '1' }, { id: '2' }] }, hasNext: true },
      {
        incremental: [
          { data: { name: expect.any(String), motto: expect.any(String) }, path: ['users', 0], label: 'later' },
          { data: { name: expect.any(String), motto: expect.any(String) }, path: ['users', 1], label: 'later' },
        ],
        hasNext: false,
      },
    ]);
  });

  test('gives a part inside a part after it', async () => {
    const parts = await partsOf(`{
      user(id: "1") { id ... @defer(label: "outer") { name friends { id ... @defer(label: "inner") { quota } } } }
    }`);
    const labels = parts.flatMap(({ incremental = [] }) => incremental.map(({ label }) => label));
    expect(labels[0]).toBe('outer');
    expect(labels.slice(1).every((label) => label === 'inner')).toBe(true);
    expect(labels.length).toBeGreaterThan(1);
  });

  test('is whole where a variable says so, and for who does not read parts', async () => {
    const document = 'query ($later: Boolean!) { user(id: "1") { id ... @defer(if: $later) { name } } }';
    const whole = [{ data: { user: { id: '1', name: expect.any(String) } } }];
    expect(await partsOf(document, { later: false })).toEqual(whole);
    expect(await partsOf(document, { later: true })).toHaveLength(2);
    expect(await partsOf(document, { later: true }, { ...requester(), incremental: false })).toEqual(whole);
  });

  test('is decided by its variables before it is planned, however many there are', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const users = names.map(
      (name) => `${name}: user(id: "1") { id ... @defer(if: $${name}) { name friends { role } } }`,
    );
    const document = `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { ${users.join(' ')} }`;
    const variables = Object.fromEntries(names.map((name, index) => [name, index % 2 === 0]));
    const parts = await partsOf(document, variables);
    const first = Object.entries(parts[0]?.data ?? {}).map(([name, user]) => [name, isObject(user) && 'name' in user]);
    expect(first).toEqual(names.map((name, index) => [name, index % 2 === 1]));
    expect(parts.flatMap(({ incremental = [] }) => incremental)).toHaveLength(10);
  });

  test('has at most 32 parts', async () => {
    const { graph } = mesh.gateway;
    const deferred = (count: number) => `{ user(id: "1") { id ${'... @defer { name } '.repeat(count)} } }`;
    expect(await partsOf(deferred(32))).not.toHaveLength(1);
    const { errors } = await graph.execute({ document: deferred(33) }, requester());
    expect(errors?.[0]?.extensions['code']).toBe('DOCUMENT_TOO_LARGE');
  });

  test('keeps the errors of a part in it, and the rest unharmed', async () => {
    // The motto of the third user is an error.
    const [first, ...later] = await partsOf('{ users { id ... @defer { motto } } }');
    expect(first?.errors).toBeUndefined();
    const parts = later.flatMap(({ incremental = [] }) => incremental);
    expect(parts.map(({ path, errors }) => [path, errors?.map((error) => error.path)])).toEqual([
      [['users', 0], undefined],
      [['users', 1], undefined],
      [['users', 2], [['users', 2, 'motto']]],
    ]);
  });

  test('leaves out what its caller may not read', async () => {
    const asked = { ...requester(), principal: { ...someone('DEVELOPER'), availableTokens: 1, expiresAt: Infinity } };
    const parts = await partsOf('{ user(id: "1") { id ... @defer { name secret } } }', {}, asked);
    expect(merged(parts).data).toEqual({ user: { id: '1', name: expect.any(String), secret: null } });
    expect([...merged(parts).errors]).toEqual(['["user","secret"]']);
  });

  test('is nothing for a mutation, which is answered as a whole', async () => {
    const document = 'mutation { rename(id: "1", name: "x") { id ... @defer { name } } }';
    expect(await partsOf(document)).toEqual([{ data: { rename: { id: '1', name: 'x' } } }]);
  });

  test.each([
    ['subscription { ticks { ... @defer { id } } }', 'A subscription defers nothing'],
    [
      '{ a: user(id: "1") { ... @defer(label: "x") { id } } b: user(id: "2") { ... @defer(label: "x") { id } } }',
      'label "x"',
    ],
    ['query ($l: String!) { user(id: "1") { ... @defer(label: $l) { id } } }', 'must be written out'],
  ])('is refused for %s', (document, reason) => {
    const { graph } = mesh.gateway;
    const flaws = graph.validate(graph.parse(document));
    expect(flaws.map(({ message }) => message).join(' ')).toContain(reason);
  });
});

const DOCUMENT = '{ user(id: "1") { id ... @defer { name friends { role } } } }';

test('comes as multipart/mixed to who asks for that, and as one JSON to who does not', async () => {
  const ask = (accept: string) =>
    fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: authorization },
      body: JSON.stringify({ query: DOCUMENT }),
    });
  const authorization = `Bearer ${await mesh.keys.token('ADMIN')}`;
  const inParts = await ask('multipart/mixed; deferSpec=20220824, application/json');
  expect(inParts.headers.get('content-type')).toMatch(/^multipart\/mixed; *boundary="-"/);
  const text = await inParts.text();
  expect(text.split(/\r\n---/).length).toBeGreaterThan(2);
  expect(text).toContain('"hasNext":true');
  expect(text.trimEnd().endsWith('-----')).toBe(true);
  const whole = await ask('application/json');
  expect(await whole.json()).toEqual({
    data: { user: { id: '1', name: expect.any(String), friends: expect.any(Array) } },
  });
});

test('is put together by urql, over HTTP', async () => {
  const authorization = `Bearer ${await mesh.keys.token('ADMIN')}`;
  const client = new Client({
    url: `${mesh.url}/graphql`,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization } },
  });
  const results: unknown[] = [];
  await new Promise<void>((resolve) => {
    client.query(DOCUMENT, {}).subscribe(({ data, hasNext }) => {
      results.push(data);
      if (!hasNext) resolve();
    });
  });
  expect(results[0]).toEqual({ user: { id: '1' } });
  expect(results.at(-1)).toEqual({ user: { id: '1', name: expect.any(String), friends: expect.any(Array) } });
});

test('comes as several results over WebSocket', async () => {
  const authorization = `Bearer ${await mesh.keys.token('ADMIN')}`;
  const client = createClient({
    url: `${mesh.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  const results: unknown[] = [];
  for await (const result of client.iterate({ query: DOCUMENT })) results.push(result);
  await client.dispose();
  expect(Parts.parse(results)).toHaveLength(2);
});
