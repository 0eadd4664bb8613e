import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh({ remote: ['users'] });
});
afterAll(() => mesh.stop());

/** An address with a question mark is Yoga's; the plain one is answered without it where that is possible. */
const both = (body: string, headers: Readonly<Record<string, string>>) =>
  Promise.all(
    ['/graphql', '/graphql?'].map(async (path) => {
      const answer = await fetch(`${mesh.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': 'the-same', ...headers },
        body,
      });
      const { status } = answer;
      const kept = ['content-type', 'cache-control', 'www-authenticate', 'retry-after', 'allow', 'x-request-id'];
      const text = await answer.text();
      // Yoga’s order of data and errors, and the marks between parts, are nobody’s business.
      const json: unknown = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
      return { status, headers: kept.map((name) => answer.headers.get(name)), json };
    }),
  );

const BODIES: Readonly<Record<string, unknown>> = {
  'a query': { query: '{ users { id name } }' },
  'a mutation': { query: 'mutation { rename(id: "1", name: "x") { id } }' },
  variables: { query: 'query ($id: ID!) { user(id: $id) { id } }', variables: { id: '2' } },
  'no variables': { query: '{ __typename }', variables: null, operationName: null, extensions: null },
  'variables that are missing': { query: 'query ($id: ID!) { user(id: $id) { id } }' },
  'variables that are a list': { query: '{ __typename }', variables: [] },
  'extensions that are a text': { query: '{ __typename }', extensions: 'x' },
  'one operation of two': { query: 'query A { __typename } query B { users { id } }', operationName: 'B' },
  'no operation of two': { query: 'query A { __typename } query B { users { id } }' },
  'an operation that is not there': { query: 'query A { __typename }', operationName: 'C' },
  'partial data': { query: '{ hello(name: "broken") users { id } }' },
  'nothing but an error': { query: '{ hello(name: "waiting") }' },
  'a crash': { query: '{ hello(name: "crash") }' },
  'a refusal': { query: 'mutation { manage }' },
  'a syntax error': { query: '{' },
  'an unknown field': { query: '{ shoes }' },
  'a parameter that nobody knows': { query: '{ __typename }', shoes: 1 },
  'no document': {},
  'a document that is no text': { query: 1 },
  'an id that nobody knows': { documentId: `sha256:${'0'.repeat(64)}` },
  'a list': [{ query: '{ __typename }' }],
  introspection: { query: '{ __schema { queryType { name } } }' },
  'a subscription': { query: 'subscription { chat(prompt: "x", count: 1) { index } }' },
};

const ACCEPTS = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
  'application/json, application/graphql-response+json',
  'application/json;q=0.5, application/graphql-response+json',
  'application/*',
  'text/html, */*',
  'text/html',
] as const;

describe.each(ACCEPTS)('the short way answers as Yoga does, with Accept: %s', (accept) => {
  test.each(Object.entries(BODIES))('%s', async (_, body) => {
    const [short, long] = await both(JSON.stringify(body), { accept });
    expect(short).toEqual(long);
  });
});

test.each(['', 'null', '{', '"text"', '{"query":"{ __typename }"} '])(
  'a body of %j gets the same answer',
  async (body) => {
    const [short, long] = await both(body, {});
    expect(short).toEqual(long);
  },
);

test.each(['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'application/json; charset=utf-16'])(
  'a body of type %s gets the same answer',
  async (type) => {
    const [short, long] = await both('{"query":"{ __typename }"}', { 'content-type': type });
    expect(short).toEqual(long);
  },
);
