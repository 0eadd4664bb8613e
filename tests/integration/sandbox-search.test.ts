import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, eventsOfSubgraph, someone } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let home: string;
let sandbox: Subgraph;
let ada: Caller;
let projectId: string;

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-search-'));
  const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
  sandbox = await startSandbox({
    config,
    databaseUrl: database.url,
    secret: database.secret,
    log: createLog('test', 'silent'),
  });
  ada = someone();
  const { data } = await askSubgraph(sandbox, database.secret, ada, 'mutation { createProject(name: "p") { id } }');
  projectId = z.object({ createProject: z.object({ id: z.uuid() }) }).parse(data).createProject.id;
  for (const [path, content] of Object.entries({ 'src/a.ts': 'one\ntwo one\n', 'b.md': 'One' })) {
    const write = 'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }';
    await askSubgraph(sandbox, database.secret, ada, write, { input: { projectId, path, content } });
  }
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const find = (input: Record<string, unknown>, first = 100, caller = ada) =>
  askSubgraph(
    sandbox,
    database.secret,
    caller,
    `query ($input: SearchInput!, $first: Int!) {
      searchProject(input: $input, first: $first) {
        files { path isCut matches { line column text start end } } matches searched isCut
      }
    }`,
    { input: { projectId, ...input }, first },
  );

test('a query answers the first matches, file by file', async () => {
  expect((await find({ text: 'one', wholeWord: true })).data).toEqual({
    searchProject: {
      files: [
        { path: 'b.md', isCut: false, matches: [{ line: 1, column: 1, text: 'One', start: 0, end: 3 }] },
        {
          path: 'src/a.ts',
          isCut: false,
          matches: [
            { line: 1, column: 1, text: 'one', start: 0, end: 3 },
            { line: 2, column: 5, text: 'two one', start: 4, end: 7 },
          ],
        },
      ],
      matches: 3,
      searched: 2,
      isCut: false,
    },
  });
  expect((await find({ text: 'one' }, 2)).data).toMatchObject({ searchProject: { matches: 2, isCut: true } });
  expect((await find({ text: '^t.o', isRegex: true, include: ['*.ts'] })).data).toMatchObject({
    searchProject: { matches: 1, searched: 1 },
  });
});

test('a subscription tells them as they are found, and ends', async () => {
  const events = await eventsOfSubgraph(
    sandbox,
    database.secret,
    ada,
    `subscription ($input: SearchInput!) {
      searchProject(input: $input) { file { path matches { line } } matches searched total isLast isCut }
    }`,
    { input: { projectId, text: 'one', matchCase: true } },
  );
  expect(events.map(({ data }) => data?.['searchProject'])).toEqual([
    {
      file: { path: 'src/a.ts', matches: [{ line: 1 }, { line: 2 }] },
      matches: 2,
      searched: 2,
      total: 2,
      isLast: false,
      isCut: false,
    },
    { file: null, matches: 2, searched: 2, total: 2, isLast: true, isCut: false },
  ]);
});

test.each([
  ['no text', { text: '' }],
  ['two lines', { text: 'a\nb' }],
  ['a text of over 500 characters', { text: 'x'.repeat(501) }],
  ['no expression', { text: '(', isRegex: true }],
  ['a pattern for paths that is empty', { text: 'x', include: [''] }],
  ['a pattern for paths that is too long', { text: 'x', exclude: ['x'.repeat(201)] }],
  ['too many patterns for paths', { text: 'x', exclude: Array.from({ length: 21 }, () => '*') }],
])('%s is refused', async (_, input) => {
  expect(codeOf(await find(input))).toBe('BAD_USER_INPUT');
});

test('others search nothing of it, and nobody asks for more than there may be', async () => {
  expect(codeOf(await find({ text: 'one' }, 100, someone()))).toBe('NOT_FOUND');
  expect(codeOf(await find({ text: 'one' }, 1_001))).toBe('BAD_USER_INPUT');
  expect(codeOf(await find({ text: 'one' }, 0))).toBe('BAD_USER_INPUT');
});
