import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, eventsOfSubgraph, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let home: string;
let sandbox: Subgraph;

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-archives-'));
  sandbox = await startSandbox({
    config: readConfig({ DEVSTUDIO_HOME: home }, '/'),
    databaseUrl: database.url,
    secret: database.secret,
    log: createLog('test', 'silent'),
  });
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const Part = z.object({ offset: z.int(), data: z.base64(), isLast: z.boolean() });
const Upload = z.object({ id: z.uuid(), size: z.int() });

const owner = async (caller = someone()) => {
  const ask = (query: string, variables: Record<string, unknown> = {}): Promise<Answer> =>
    askSubgraph(sandbox, database.secret, caller, query, variables);
  const { data } = await ask('mutation { createProject(name: "p") { id } }');
  const { id: projectId } = z.object({ id: z.uuid() }).parse(data?.['createProject']);
  const change = (field: string, type: string, answer: string) => (input: Record<string, unknown>) =>
    ask(`mutation ($input: ${type}!) { ${field}(input: $input) ${answer} }`, { input: { projectId, ...input } });
  const write = change('writeFile', 'WriteFileInput', '{ path }');
  const part = change('uploadArchive', 'UploadArchiveInput', '{ id size }');
  return {
    projectId,
    write,
    folder: change('createFolder', 'CreateFolderInput', ''),
    take: (archive: Uint8Array, input: Record<string, unknown> = {}) =>
      change(
        'importArchive',
        'ImportArchiveInput',
        '{ files bytes kept checkpoint { cause } }',
      )({
        ...(archive.length === 0 ? {} : { data: Buffer.from(archive).toString('base64') }),
        ...input,
      }),
    part,
    upload: async (archive: Uint8Array, size: number): Promise<string> => {
      let upload: string | undefined;
      for (let offset = 0; offset < archive.length; offset += size) {
        const piece = Buffer.from(archive.subarray(offset, offset + size)).toString('base64');
        const answer = await part({ upload, offset, data: piece });
        const taken = Upload.parse(answer.data?.['uploadArchive']);
        expect(taken.size).toBe(Math.min(offset + size, archive.length));
        upload = taken.id;
      }
      if (upload === undefined) throw new Error('nothing to upload');
      return upload;
    },
    files: async () => {
      const answer = await ask('query ($id: ID!) { project(id: $id) { folders files { path content } } }', {
        id: projectId,
      });
      const Found = z.object({
        folders: z.array(z.string()),
        files: z.array(z.object({ path: z.string(), content: z.string().nullable() })),
      });
      const { folders, files } = Found.parse(answer.data?.['project']);
      return { folders, files: Object.fromEntries(files.map(({ path, content }) => [path, content])) };
    },
    parts: async (who = caller) => {
      const query = 'subscription ($id: ID!) { exportProject(projectId: $id) { offset data isLast } }';
      return eventsOfSubgraph(sandbox, database.secret, who, query, { id: projectId });
    },
  };
};

const exported = async (events: readonly Answer[]): Promise<Buffer> => {
  const parts = events.map(({ data }) => Part.parse(data?.['exportProject']));
  let size = 0;
  for (const [index, { offset, data, isLast }] of parts.entries()) {
    expect(offset).toBe(size);
    expect(isLast).toBe(index === parts.length - 1);
    size += Buffer.byteLength(data, 'base64');
  }
  return Buffer.concat(parts.map(({ data }) => Buffer.from(data, 'base64')));
};

describe('a project', () => {
  test('goes out as an archive and comes in again as it was, byte for byte', async () => {
    const from = await owner();
    await from.write({ path: 'src/ä.txt', content: 'text\n' });
    await from.folder({ path: 'empty/deep' });
    const noise = randomBytes(500_000);
    for (const path of ['one.bin', 'two.bin']) {
      await from.write({ path, content: noise.toString('base64'), encoding: 'BASE64' });
    }
    const archive = await exported(await from.parts());
    expect(archive.length).toBeGreaterThan(1_000_000);
    expect(Buffer.from(unzipSync(archive)['two.bin'] ?? []).equals(noise)).toBe(true);
    const into = await owner();
    const upload = await into.upload(archive, 700_000);
    expect((await into.take(new Uint8Array(), { upload })).data).toEqual({
      importArchive: { files: 3, bytes: 1_000_005, kept: [], checkpoint: { cause: 'IMPORT' } },
    });
    const now = await into.files();
    expect(now.folders).toEqual(['empty', 'empty/deep', 'src']);
    expect(now.files).toEqual({ 'src/ä.txt': 'text\n', 'one.bin': null, 'two.bin': null });
    expect(await database.sql('select from sandbox.upload_parts')).toEqual([]);
    expect(unzipSync(await exported(await into.parts()))).toEqual(unzipSync(archive));
  });

  test('that is empty is an empty archive', async () => {
    const { parts } = await owner();
    expect(unzipSync(await exported(await parts()))).toEqual({});
  });

  test('goes out to its owner and admins alone', async () => {
    const { parts } = await owner();
    expect((await parts(someone())).map(codeOf)).toEqual(['NOT_FOUND']);
    expect(await parts(someone('ADMIN'))).toMatchObject([{ data: { exportProject: { isLast: true } } }]);
  });

  test('takes a thousand files in at once, soon enough for whoever waits', async () => {
    const { take, projectId } = await owner();
    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`d${i % 20}/f${i}`, Buffer.from(`content ${i}`)]),
    );
    expect((await take(zipSync(many))).data).toMatchObject({ importArchive: { files: 1_000 } });
    expect(await database.sql('select files, folders from sandbox.projects where id = $1', [projectId])).toEqual([
      { files: 1_000, folders: 20 },
    ]);
  });
});

describe('files that are there already', () => {
  const archive = zipSync({ a: Buffer.from('new'), b: Buffer.from('new') });

  test('are refused by name unless it is said what becomes of them', async () => {
    const { write, take, files } = await owner();
    await write({ path: 'a', content: 'old' });
    const refused = await take(archive);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT', paths: ['a'] });
    expect((await files()).files).toEqual({ a: 'old' });
  });

  test('are kept or replaced as it is said', async () => {
    const { write, take, files } = await owner();
    await write({ path: 'a', content: 'old' });
    expect((await take(archive, { existing: 'KEEP' })).data).toMatchObject({
      importArchive: { files: 1, kept: ['a'] },
    });
    expect((await files()).files).toEqual({ a: 'old', b: 'new' });
    expect((await take(archive, { existing: 'REPLACE' })).data).toMatchObject({
      importArchive: { files: 2, kept: [] },
    });
    expect((await files()).files).toEqual({ a: 'new', b: 'new' });
    expect((await take(archive, { existing: 'KEEP' })).data).toMatchObject({
      importArchive: { files: 0, checkpoint: null },
    });
  });

  test('are of no matter in a folder of its own', async () => {
    const { write, take, files } = await owner();
    await write({ path: 'a', content: 'old' });
    await take(archive, { folder: 'into' });
    expect((await files()).files).toEqual({ a: 'old', 'into/a': 'new', 'into/b': 'new' });
    expect(codeOf(await take(archive, { folder: '../out' }))).toBe('PATH_REFUSED');
  });
});

describe('an archive', () => {
  test('is taken in whole or not at all', async () => {
    const { take, files } = await owner();
    const halfBad = zipSync({ fine: Buffer.from('1'), '../bad': Buffer.from('2') });
    expect(codeOf(await take(halfBad))).toBe('PATH_REFUSED');
    expect(codeOf(await take(zipSync({ 'A/a': Buffer.from('1'), 'a/b': Buffer.from('2') })))).toBe('PATH_REFUSED');
    expect(codeOf(await take(zipSync({ fine: Buffer.from('1'), big: Buffer.alloc(524_289) })))).toBe('SIZE_REFUSED');
    expect(codeOf(await take(Buffer.from('PK')))).toBe('BAD_USER_INPUT');
    expect(await files()).toEqual({ folders: [], files: {} });
  });

  test('is named one way, and sent as base64 of a bounded size', async () => {
    const { take } = await owner();
    expect(codeOf(await take(new Uint8Array()))).toBe('BAD_USER_INPUT');
    expect(codeOf(await take(zipSync({}), { upload: 'x' }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await take(new Uint8Array(), { data: 'no base64!' }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await take(Buffer.alloc(720_001)))).toBe('SIZE_REFUSED');
  });
});

describe('an upload', () => {
  test('comes part by part in order, and goes on where it is', async () => {
    const { part } = await owner();
    const first = Upload.parse((await part({ data: 'AAAA' })).data?.['uploadArchive']);
    expect(first.size).toBe(3);
    const skipped = await part({ upload: first.id, offset: 4, data: 'AAAA' });
    expect(codeOf(skipped)).toBe('CONFLICT');
    expect(skipped.errors?.[0]?.message).toContain('at 3');
    expect(codeOf(await part({ upload: first.id, offset: 0, data: 'AAAA' }))).toBe('CONFLICT');
    expect((await part({ upload: first.id, offset: 3, data: 'AA==' })).data).toMatchObject({
      uploadArchive: { size: 4 },
    });
    expect(codeOf(await part({ offset: 3, data: 'AAAA' }))).toBe('CONFLICT');
    expect(codeOf(await part({ data: '' }))).toBe('BAD_USER_INPUT');
  });

  test('is one of at most three, and is forgotten after an hour', async () => {
    const { part, projectId } = await owner();
    for (let index = 0; index < 3; index += 1) expect(codeOf(await part({ data: 'AAAA' }))).toBeUndefined();
    expect(codeOf(await part({ data: 'AAAA' }))).toBe('LIMIT_REACHED');
    await database.sql("update sandbox.uploads set made_at = now() - interval '61 minutes' where project_id = $1", [
      projectId,
    ]);
    expect(codeOf(await part({ data: 'AAAA' }))).toBeUndefined();
  });

  test('has at most 16 MiB', async () => {
    const { part, projectId } = await owner();
    const { id } = Upload.parse((await part({ data: 'AAAA' })).data?.['uploadArchive']);
    await database.sql('update sandbox.uploads set size = 16777214 where project_id = $1', [projectId]);
    expect(codeOf(await part({ upload: id, offset: 16_777_214, data: 'AAAA' }))).toBe('SIZE_REFUSED');
  });

  test('is nothing that others reach', async () => {
    const { part } = await owner();
    const { id } = Upload.parse((await part({ data: 'AAAA' })).data?.['uploadArchive']);
    const other = await owner();
    expect(codeOf(await other.part({ upload: id, offset: 3, data: 'AAAA' }))).toBe('NOT_FOUND');
    expect(codeOf(await other.take(new Uint8Array(), { upload: id }))).toBe('NOT_FOUND');
  });
});
