import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getOperationAST } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Generation } from '#gateway/generation.ts';
import { METHODS } from '#gateway/rpc/methods.ts';
import { readConfig } from '#mesh/config.ts';
import { startMesh, type TestMesh } from './mesh/mesh.ts';

const root = join(import.meta.dirname, '../..');

describe('what an operation may cost', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    // Every list of the test mesh is taken for ten items long.
    mesh = await startMesh({ env: { DEVSTUDIO_MAX_COST: '110' } });
  });
  afterAll(() => mesh.stop());

  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: await response.json() };
  };
  const AT_MOST = '{ users { id friends { id } } }';
  const TOO_MUCH = '{ users { id friends { id } } me { id } }';

  test('is answered up to the limit, and refused above it with both numbers', async () => {
    expect((await ask(AT_MOST)).body).toMatchObject({ data: { users: [{}, {}, {}] } });
    const { status, body } = await ask(TOO_MUCH, { authorization: `Bearer ${await mesh.keys.token('VIEWER')}` });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errors: [
        {
          message: 'The operation may cost 111; at most 110 is answered.',
          extensions: { code: 'DOCUMENT_TOO_LARGE', mend: 'Ask for less in one document.' },
        },
      ],
    });
  });

  test('reaches no subgraph when it is refused', async () => {
    const chats = Array.from({ length: 11 }, (_, index) => `a${index}: rename(id: "1", name: "x") { name }`);
    const { body } = await ask(`mutation { ${chats.join(' ')} }`);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'DOCUMENT_TOO_LARGE' } }] });
    expect(JSON.stringify(await ask('{ user(id: "1") { name } }'))).toContain('User 1');
  });

  test('is told to those who manage, when they ask for it', async () => {
    const [admin, viewer] = [await mesh.keys.token('ADMIN'), await mesh.keys.token('VIEWER')];
    const debug = { 'x-devstudio-debug': 'cost' };
    expect((await ask(AT_MOST, { ...debug, authorization: `Bearer ${admin}` })).body).toMatchObject({
      extensions: { cost: { price: 110, most: 110 } },
    });
    for (const headers of [
      { authorization: `Bearer ${admin}` },
      { ...debug, authorization: `Bearer ${viewer}` },
      debug,
      { 'x-devstudio-debug': 'all', authorization: `Bearer ${admin}` },
    ]) {
      expect((await ask(AT_MOST, headers)).body).not.toHaveProperty('extensions');
    }
  });
});

test('the studio’s documents and those of the rooms cost far less than is answered by default', async () => {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const generation = new Generation(await read('schemas/supergraph.graphql'));
  const manifest = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await read('codegen/generated/studio/persisted-documents.json')));
  const texts = [...Object.values(manifest), ...METHODS.values()].map((known) =>
    typeof known === 'string' ? known : known.document,
  );
  const { maxCost } = readConfig({}, root);
  const prices = texts.map((text) => {
    expect(generation.keep(text)).toEqual([]);
    const document = generation.parse(text);
    return [getOperationAST(document)?.name?.value, generation.planner.prepare(document)?.price({ first: 500 })];
  });
  expect(prices.length).toBeGreaterThan(20);
  expect(prices.filter(([, price]) => !(Number(price) <= maxCost / 2))).toEqual([]);
});
