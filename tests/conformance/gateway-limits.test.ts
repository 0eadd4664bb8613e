import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SUBGRAPHS } from '#mesh/config.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startMesh({ remote: ['sandbox', 'agents'], down: ['agents'] });
});
afterAll(() => mesh.stop());

const overPost = async (query: string): Promise<string> => {
  const response = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.text();
};
const overGet = async (query: string): Promise<string> => {
  const response = await fetch(`${mesh.url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { 'apollo-require-preflight': 'true' },
  });
  return response.text();
};
const overSocket = async (query: string): Promise<string> => {
  const url = `${mesh.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  try {
    const { value } = await client.iterate({ query }).next();
    return JSON.stringify(value);
  } catch (errors) {
    return JSON.stringify({ errors });
  } finally {
    await client.dispose();
  }
};

const SHOWN = ['code', 'mend', 'requestId', 'retryAfterSeconds'];

const DOORS = [
  ['POST', overPost],
  ['GET', overGet],
  ['WebSocket', overSocket],
] as const;

describe.each(DOORS)('over %s', (_, ask) => {
  test.each([
    ['too deep', `{ me ${'{ friends '.repeat(20)}{ id }${'}'.repeat(20)} }`],
    ['too many aliases', `{ ${Array.from({ length: 65 }, (__, n) => `... { a${n}: __typename }`).join(' ')} }`],
    ['too many root fields', `{ ${Array.from({ length: 21 }, (__, n) => `a${n}: __typename`).join(' ')} }`],
    ['too many tokens', `{ ${'a '.repeat(1_001)} }`],
    ['too dear', '{ users { friends { friends { friends { friends { id } } } } } }'],
  ])('a document that is %s is refused', async (__, query) => {
    expect(JSON.parse(await ask(query))).toMatchObject({ errors: [{ extensions: { code: 'DOCUMENT_TOO_LARGE' } }] });
  });

  // `agents` is down, `hello(name: "crash")` throws inside `users`.
  test.each(['{ media { id } }', '{ hello(name: "crash") }', '{ users { projects { name } } }'])(
    'no failure of %s tells who works inside',
    async (query) => {
      const text = await ask(query);
      const { errors = [] } = JSON.parse(text);
      for (const { message, extensions } of errors) {
        expect(SHOWN).toEqual(expect.arrayContaining(Object.keys(extensions)));
        expect(message).not.toMatch(new RegExp(`\\b(${SUBGRAPHS.join('|')})\\b|127\\.0\\.0\\.1|http`));
      }
      expect(text).not.toMatch(/serviceName|stacktrace|ECONNREFUSED|127\.0\.0\.1/);
    },
  );
});
