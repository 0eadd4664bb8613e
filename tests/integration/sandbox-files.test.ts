import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
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
  home = await mkdtemp(join(tmpdir(), 'devstudio-sandbox-files-'));
  const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
  sandbox = await startSandbox({ config, databaseUrl: database.url, secret: database.secret, log });
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const ask = (caller: Caller, query: string, variables?: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(sandbox, database.secret, caller, query, variables);

/** Somebody with a project of theirs, and short words for what they do with it. */
const owner = async () => {
  const caller = someone();
  const { data } = await ask(caller, 'mutation { createProject(name: "p") { id } }');
  const id = z.object({ createProject: z.object({ id: z.uuid() }) }).parse(data).createProject.id;
  const change = (field: string, type: string, answer: string) => (input: Record<string, unknown>) =>
    ask(caller, `mutation ($input: ${type}!) { ${field}(input: $input) ${answer} }`, {
      input: { projectId: id, ...input },
    });
  return {
    caller,
    id,
    write: change('writeFile', 'WriteFileInput', '{ version }'),
    move: change('moveFile', 'MoveFileInput', '{ path }'),
    remove: change('deleteFile', 'DeleteFileInput', ''),
    folder: change('createFolder', 'CreateFolderInput', ''),
    restore: change('restoreFile', 'RestoreFileInput', '{ path size }'),
    lock: change('lockFile', 'LockFileInput', '{ id path agent holder { id } expiresAt }'),
    project: async (selection: string) =>
      (await ask(caller, `query ($id: ID!) { project(id: $id) { ${selection} } }`, { id })).data?.['project'],
  };
};

describe('files', () => {
  test('are moved and deleted, and the project counts what it holds', async () => {
    const { write, move, remove, folder, project } = await owner();
    await write({ path: 'src/a', content: '12' });
    await write({ path: 'b', content: '3' });
    expect(await move({ from: 'src', to: 'lib' })).toEqual({ data: { moveFile: null } });
    expect(await move({ from: 'b', to: 'lib/c' })).toEqual({ data: { moveFile: { path: 'lib/c' } } });
    expect(await folder({ path: 'empty/deep' })).toEqual({ data: { createFolder: true } });
    expect(await folder({ path: 'empty' })).toEqual({ data: { createFolder: true } });
    expect(await project('folders files { path } usage { bytes files folders maxBytes }')).toEqual({
      folders: ['empty', 'empty/deep', 'lib'],
      files: [{ path: 'lib/a' }, { path: 'lib/c' }],
      usage: { bytes: 3, files: 2, folders: 3, maxBytes: 67_108_864 },
    });
    expect(await remove({ path: 'lib' })).toEqual({ data: { deleteFile: true } });
    expect(codeOf(await remove({ path: 'lib' }))).toBe('NOT_FOUND');
    expect(await project('files { path } deletedFiles { path }')).toEqual({
      files: [],
      deletedFiles: expect.arrayContaining([{ path: 'lib/a' }, { path: 'lib/c' }]),
    });
  });

  test('keep what they held, show what changed, and are restored, deleted ones too', async () => {
    const { caller, write, remove, restore, project } = await owner();
    await write({ path: 'a', content: 'one\ntwo\n' });
    await write({ path: 'a', content: 'one\n2\n', agent: 'run-1' });
    const past = z
      .object({ file: z.object({ versions: z.array(z.looseObject({ revision: z.int() })) }) })
      .parse(await project('file(path: "a") { versions { revision size agent author { id } content } }'));
    const [now, before] = past.file.versions;
    expect(past.file.versions).toMatchObject([
      { size: 6, agent: 'run-1', author: { id: caller.userId }, content: 'one\n2\n' },
      { size: 8, agent: null, content: 'one\ntwo\n' },
    ]);
    expect(await project(`file(path: "a") { diff(from: ${before?.revision}) }`)).toMatchObject({
      file: { diff: expect.stringContaining('-two\n+2\n') },
    });
    expect(await project(`file(path: "a") { diff(from: ${before?.revision}, to: ${now?.revision}) }`)).toMatchObject({
      file: { diff: expect.stringContaining('-two\n+2\n') },
    });
    await remove({ path: 'a' });
    expect(await restore({ path: 'a', revision: before?.revision, ifVersion: '' })).toMatchObject({
      data: { restoreFile: { path: 'a', size: 8 } },
    });
    expect(codeOf(await restore({ path: 'a', revision: 4_711 }))).toBe('NOT_FOUND');
  });
});

describe('a lock', () => {
  test('keeps agents from what a user holds and its user from what an agent holds, until it is released', async () => {
    const { caller, write, lock, project } = await owner();
    await write({ path: 'src/a', content: '1' });
    const mine = await lock({ path: 'src', seconds: 60 });
    expect(mine.data).toMatchObject({ lockFile: { path: 'src', agent: null, holder: { id: caller.userId } } });
    expect(codeOf(await write({ path: 'src/a', content: '2', agent: 'run-1' }))).toBe('FILE_LOCKED');
    expect(codeOf(await lock({ path: 'src/a', agent: 'run-1' }))).toBe('FILE_LOCKED');
    expect(codeOf(await write({ path: 'src/a', content: '2' }))).toBeUndefined();
    expect(await project('locks { path } file(path: "src/a") { lock { path } }')).toEqual({
      locks: [{ path: 'src' }],
      file: { lock: { path: 'src' } },
    });
    const { id } = z.object({ lockFile: z.object({ id: z.uuid() }) }).parse(mine.data).lockFile;
    const release = 'mutation ($id: ID!) { unlockFile(id: $id) }';
    expect((await ask(someone(), release, { id })).data).toEqual({ unlockFile: false });
    expect((await ask(caller, release, { id })).data).toEqual({ unlockFile: true });
    await lock({ path: 'src/a', agent: 'run-1' });
    const refused = await write({ path: 'src/a', content: '3' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'FILE_LOCKED',
      lock: { path: 'src/a', holder: { kind: 'AGENT', id: 'run-1' } },
    });
  });

  test.each([0, 3_601])('does not hold for %i seconds', async (seconds) => {
    const { lock } = await owner();
    expect(codeOf(await lock({ path: 'a', seconds }))).toBe('BAD_USER_INPUT');
  });
});

describe('a project', () => {
  test('gets another name, which none of the same owner has', async () => {
    const { caller, id } = await owner();
    await ask(caller, 'mutation { createProject(name: "other") { id } }');
    const rename = (name: string) =>
      ask(caller, 'mutation ($id: ID!, $name: String!) { renameProject(id: $id, name: $name) { name } }', { id, name });
    expect((await rename('new')).data).toEqual({ renameProject: { name: 'new' } });
    expect(codeOf(await rename('other'))).toBe('CONFLICT');
    expect(codeOf(await rename(''))).toBe('BAD_USER_INPUT');
  });

  test('is deleted by its owner who names it, with all that is its own', async () => {
    const { caller, id, write } = await owner();
    await write({ path: 'a', content: '1' });
    const remove = (who: Caller, name: string) =>
      ask(who, 'mutation ($id: ID!, $name: String!) { deleteProject(id: $id, name: $name) }', { id, name });
    expect(codeOf(await remove(someone(), 'p'))).toBe('NOT_FOUND');
    expect(codeOf(await remove(someone('ADMIN'), 'p'))).toBe('FORBIDDEN');
    expect(codeOf(await remove(caller, 'q'))).toBe('BAD_USER_INPUT');
    expect((await remove(caller, 'p')).data).toEqual({ deleteProject: true });
    expect(await database.sql('select from sandbox.blobs where project_id = $1', [id])).toEqual([]);
  });
});
