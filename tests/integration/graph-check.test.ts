import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDevstudio } from '#tests/harness/installation.ts';

let folder: string;
const ROOT = join(import.meta.dirname, '../..');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-graph-'));
});
afterAll(() => rm(folder, { recursive: true }));

const keep = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

test('the graph as it stands breaks neither the studio nor the rooms for legacy clients', async () => {
  const api = join(ROOT, 'schemas/api.graphql');
  const { code, stdout } = await runDevstudio(['graph', 'check', '--against', api, '--json'], {});
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    good: true,
    open: [],
    changes: { breaking: [], dangerous: [] },
    use: { broken: [] },
  });
});

test('a field that a given document selects and that is gone is found, whatever else has changed', async () => {
  const api = await readFile(join(ROOT, 'schemas/api.graphql'), 'utf8');
  const before = await keep('before.graphql', api.replace('type Query {', 'type Query {\n  gone: Int'));
  const documents = await keep('documents.json', JSON.stringify({ 'sha256:1': 'query Old { gone }' }));
  const check = ['graph', 'check', '--against', before];

  const unused = await runDevstudio(check, {});
  expect(unused.code).toBe(0);
  expect(unused.stdout).toContain('Breaking changes:\n  Query.gone was removed.');

  const used = await runDevstudio([...check, '--documents', documents], {});
  expect(used.code).toBe(1);
  expect(used.stdout).toContain('Old: Cannot query field "gone" on type "Query".');
});

test('a wrong call says what was wrong, with exit code 2', async () => {
  for (const args of [[], ['grow'], ['check', '--against', join(folder, 'nowhere')]]) {
    const { code, stderr } = await runDevstudio(['graph', ...args], {});
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});
