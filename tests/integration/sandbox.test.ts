import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let home: string;
let sandbox: Subgraph;

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-sandbox-'));
  const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
  sandbox = await startSandbox({ config, databaseUrl: database.url, secret: database.secret, log });
});

afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const ask = (caller: Caller | null, query: string, variables?: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(sandbox, database.secret, caller, query, variables);

const Created = z.object({ createProject: z.object({ id: z.uuid() }) });
const create = async (caller: Caller, name = 'a project'): Promise<string> => {
  const { data } = await ask(caller, 'mutation ($name: String!) { createProject(name: $name) { id } }', { name });
  return Created.parse(data).createProject.id;
};

const write = (caller: Caller | null, input: Record<string, unknown>): Promise<Answer> =>
  ask(
    caller,
    'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path size version content updatedAt } }',
    { input },
  );
const Written = z.object({ writeFile: z.object({ path: z.string(), size: z.int(), version: z.string() }) });
const versionAfter = async (caller: Caller, input: Record<string, unknown>): Promise<string> =>
  Written.parse((await write(caller, input)).data).writeFile.version;

const file = (caller: Caller, id: string, path: string): Promise<Answer> =>
  ask(caller, 'query ($id: ID!, $path: String!) { project(id: $id) { file(path: $path) { content } } }', { id, path });

test('the default project is found without its id, once something was written to it', async () => {
  const ada = someone();
  const query = '{ project { name file(path: "a") { text: content base64: content(encoding: BASE64) } } }';
  expect(await ask(ada, query)).toEqual({ data: { project: null } });
  await write(ada, { path: 'a', content: '/w==', encoding: 'BASE64' });
  const expected = { project: { name: 'default', file: { text: null, base64: '/w==' } } };
  expect((await ask(ada, query)).data).toEqual(expected);
  expect((await ask(someone(), query)).data).toEqual({ project: null });
});

test('the service is ready', async () => {
  expect(await sandbox.readiness()).toEqual({ ready: true });
});

describe('projects', () => {
  test('are listed to their owner, newest first, with the owner as an entity', async () => {
    const ada = someone();
    const first = await create(ada, 'first');
    const second = await create(ada, '  second ');
    const { data } = await ask(ada, '{ projects { id name owner { __typename id } createdAt files { path } } }');
    expect(data).toEqual({
      projects: [
        expect.objectContaining({ id: second, name: 'second', files: [] }),
        expect.objectContaining({
          id: first,
          name: 'first',
          owner: { __typename: 'User', id: ada.userId },
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        }),
      ],
    });
    expect(await ask(someone(), '{ projects { id } }')).toEqual({ data: { projects: [] } });
  });

  test('of one owner have different names, of two owners may have the same', async () => {
    const ada = someone();
    await create(ada, 'same');
    const again = await ask(ada, 'mutation { createProject(name: "same") { id } }');
    expect(codeOf(again)).toBe('CONFLICT');
    await expect(create(someone(), 'same')).resolves.toBeTypeOf('string');
  });

  test('are made once when one name is asked for many times at once', async () => {
    const ada = someone();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(ada, 'mutation { createProject(name: "once") { id } }')),
    );
    expect(answers.filter(({ data }) => data)).toHaveLength(1);
    expect(answers.map(codeOf).filter((code) => code === 'CONFLICT')).toHaveLength(9);
  });

  test.each(['', ' ', 'x'.repeat(101), 'a\nb', 'a\0'])('are not named %j', async (name) => {
    const answer = await ask(someone(), 'mutation ($name: String!) { createProject(name: $name) { id } }', { name });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'name' });
  });

  test('of one owner are 100 at most, also when the last places are asked for at once', async () => {
    const ada = someone();
    await database.sql(
      "insert into sandbox.projects (owner_id, name) select $1, 'project ' || n from generate_series(1, 98) n",
      [ada.userId],
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => ask(ada, `mutation { createProject(name: "new ${index}") { id } }`)),
    );
    expect(answers.map(codeOf).filter((code) => code === 'LIMIT_REACHED')).toHaveLength(4);
  });
});

describe('files', () => {
  test('are written to the default project when none is named, which is made once', async () => {
    const ada = someone();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => write(ada, { path: `file-${index}`, content: 'x' })),
    );
    expect(answers.map(codeOf)).toEqual(Array(10).fill(undefined));
    const { data } = await ask(ada, '{ projects { name files { path } } }');
    expect(data).toEqual({
      projects: [{ name: 'default', files: Array.from({ length: 10 }, (_, index) => ({ path: `file-${index}` })) }],
    });
  });

  test('have the SHA-256 of their content as version', async () => {
    const ada = someone();
    const projectId = await create(ada);
    expect(await write(ada, { projectId, path: 'src/a.txt', content: 'grüße' })).toEqual({
      data: {
        writeFile: {
          path: 'src/a.txt',
          size: 7,
          version: createHash('sha256').update('grüße').digest('hex'),
          content: 'grüße',
          updatedAt: expect.any(String),
        },
      },
    });
  });

  test('may be any bytes, and have no text then', async () => {
    const ada = someone();
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const answer = await write(ada, { path: 'a.bin', content: bytes.toString('base64'), encoding: 'BASE64' });
    expect(answer.data).toMatchObject({ writeFile: { size: 3, content: null } });
  });

  test('are null where there is none', async () => {
    const ada = someone();
    const id = await create(ada);
    expect(await file(ada, id, 'nothing')).toEqual({ data: { project: { file: null } } });
  });

  test('are refused over 524288 bytes, and at exactly so many taken', async () => {
    const ada = someone();
    const most = await write(ada, { path: 'a', content: 'x'.repeat(524_288) });
    expect(most.data).toMatchObject({ writeFile: { size: 524_288 } });
    expect(codeOf(await write(ada, { path: 'a', content: 'x'.repeat(524_289) }))).toBe('SIZE_REFUSED');
  });

  test.each(['../a', '/etc/passwd', 'a/../../b', 'a\\b', 'a\0', 'C:/a', 'nul', ''])(
    'are refused at %j for reading and writing alike',
    async (path) => {
      const ada = someone();
      const id = await create(ada);
      expect(codeOf(await write(ada, { projectId: id, path, content: 'x' }))).toBe('PATH_REFUSED');
      expect(codeOf(await file(ada, id, path))).toBe('PATH_REFUSED');
    },
  );

  test('are not base64 because they are said to be', async () => {
    const answer = await write(someone(), { path: 'a', content: 'not base64!', encoding: 'BASE64' });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'content' });
  });

  test('whose contents together are too much for one answer are refused, their list is not', async () => {
    const ada = someone();
    const projectId = await create(ada);
    for (let index = 0; index < 17; index += 1) {
      await write(ada, { projectId, path: `${index}`, content: 'x'.repeat(500_000) });
    }
    const listing = await ask(ada, 'query ($id: ID!) { project(id: $id) { files { size } } }', { id: projectId });
    expect(listing.data).toEqual({ project: { files: Array.from({ length: 17 }, () => ({ size: 500_000 })) } });
    const contents = await ask(ada, 'query ($id: ID!) { project(id: $id) { files { content } } }', { id: projectId });
    expect(codeOf(contents)).toBe('DOCUMENT_TOO_LARGE');
  });
});

describe('a write over a version', () => {
  test('is made by one of many writers at once; the others learn of the conflict', async () => {
    const ada = someone();
    const projectId = await create(ada);
    const ifVersion = await versionAfter(ada, { projectId, path: 'a', content: '0' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => write(ada, { projectId, path: 'a', content: `${index}!`, ifVersion })),
    );
    expect(answers.filter(({ data }) => data)).toHaveLength(1);
    expect(answers.map(codeOf).filter((code) => code === 'VERSION_CONFLICT')).toHaveLength(19);
  });

  test('is refused where the version can be none', async () => {
    const answer = await write(someone(), { path: 'a', content: 'x', ifVersion: 'latest' });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'ifVersion' });
  });
});

describe("somebody else's project", () => {
  const project = 'query ($id: ID!) { project(id: $id) { name files { path content } } }';

  test('is not there for a developer, whatever he does', async () => {
    const id = await create(someone());
    const bob = someone();
    expect(codeOf(await ask(bob, project, { id }))).toBe('NOT_FOUND');
    expect(codeOf(await write(bob, { projectId: id, path: 'a', content: 'x' }))).toBe('NOT_FOUND');
    const entity = await ask(
      bob,
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Project { name } } }',
      { of: [{ __typename: 'Project', id }] },
    );
    expect(codeOf(entity)).toBe('NOT_FOUND');
    expect(await database.sql('select from sandbox.entries where project_id = $1', [id])).toEqual([]);
  });

  test('is read by an admin, and not written', async () => {
    const ada = someone();
    const id = await create(ada, 'seen');
    await write(ada, { projectId: id, path: 'a', content: 'x' });
    const admin = someone('ADMIN');
    expect((await ask(admin, project, { id })).data).toEqual({
      project: { name: 'seen', files: [{ path: 'a', content: 'x' }] },
    });
    expect(codeOf(await write(admin, { projectId: id, path: 'a', content: 'y' }))).toBe('FORBIDDEN');
  });

  test.each(['', 'default', '../..', '00000000-0000-4000-8000-000000000000', "' or 1=1 --"])(
    'is as little there as one with the id %j',
    async (id) => {
      expect(codeOf(await ask(someone(), project, { id }))).toBe('NOT_FOUND');
      expect(codeOf(await write(someone(), { projectId: id, path: 'a', content: 'x' }))).toBe('NOT_FOUND');
    },
  );
});

test('nobody reaches anything without being somebody', async () => {
  expect(codeOf(await ask(null, '{ projects { id } }'))).toBe('UNAUTHENTICATED');
  expect(codeOf(await write(null, { path: 'a', content: 'x' }))).toBe('UNAUTHENTICATED');
});

test("the service's role may not hand projects to others, nor reach beyond its own schema", async () => {
  const pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), log);
  for (const statement of [
    sql.unsafe`delete from sandbox.blobs`,
    sql.unsafe`update sandbox.projects set owner_id = gen_random_uuid()`,
    sql.unsafe`create table sandbox.mine (id int)`,
    sql.unsafe`select * from agents.conversations`,
  ]) {
    await expect(pool.query(statement)).rejects.toThrow(/permission denied/);
  }
  await pool.end();
});
