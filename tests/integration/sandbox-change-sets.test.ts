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
  home = await mkdtemp(join(tmpdir(), 'devstudio-change-sets-'));
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

const Id = z.object({ id: z.string() });
const SET =
  'id status title reason agent author { id } decidedAt checkpoint { id cause } files { id path kind hunks { id decision line removed added } }';

/** Somebody with a project of theirs, and short words for what they do with it. */
const owner = async () => {
  const caller = someone();
  const { data } = await ask(caller, 'mutation { createProject(name: "p") { id } }');
  const { id } = Id.parse(data?.['createProject']);
  const idOf = (answer: Answer, field: string): string => {
    if (answer.errors) throw new Error(answer.errors[0]?.message);
    return Id.parse(answer.data?.[field]).id;
  };
  const change = (field: string, type: string, answer: string) => (input: Record<string, unknown>) =>
    ask(caller, `mutation ($input: ${type}!) { ${field}(input: $input) ${answer} }`, {
      input: { projectId: id, ...input },
    });
  const project = async (selection: string) =>
    (await ask(caller, `query ($id: ID!) { project(id: $id) { ${selection} } }`, { id })).data?.['project'];
  const propose = change('proposeChangeSet', 'ProposeChangeSetInput', `{ ${SET} }`);
  const checkpoint = change('createCheckpoint', 'CreateCheckpointInput', '{ id }');
  return {
    caller,
    id,
    project,
    write: change('writeFile', 'WriteFileInput', '{ version }'),
    remove: change('deleteFile', 'DeleteFileInput', ''),
    move: change('moveFile', 'MoveFileInput', '{ path }'),
    lock: change('lockFile', 'LockFileInput', '{ id }'),
    checkpoint,
    kept: async (name: string) => idOf(await checkpoint({ name }), 'createCheckpoint'),
    restore: (of: string) =>
      ask(caller, 'mutation ($p: ID!, $id: ID!) { restoreCheckpoint(projectId: $p, id: $id) { id cause name } }', {
        p: id,
        id: of,
      }),
    forget: (of: string) =>
      ask(caller, 'mutation ($p: ID!, $id: ID!) { deleteCheckpoint(projectId: $p, id: $id) }', { p: id, id: of }),
    propose,
    proposed: async (files: readonly Record<string, unknown>[]) =>
      idOf(await propose({ title: 'Mend it', files }), 'proposeChangeSet'),
    decide: (of: string, wish: Record<string, unknown>, who = caller) =>
      ask(
        who,
        `mutation ($id: ID!, $accept: [ID!]! = [], $reject: [ID!]! = [], $rest: HunkDecision, $agent: ID) {
          decideChangeSet(id: $id, accept: $accept, reject: $reject, rest: $rest, agent: $agent) { ${SET} }
        }`,
        { id: of, ...wish },
      ),
    files: async () => {
      const found = await project('files { path content }');
      const { files } = z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) }).parse(found);
      return Object.fromEntries(files.map(({ path, content }) => [path, content]));
    },
    blobs: async () =>
      (await database.sql('select count(*)::int as count from sandbox.blobs where project_id = $1', [id]))[0]?.[
        'count'
      ],
  };
};

describe('a checkpoint', () => {
  test('brings a project back as it was, folders too, and keeps what was there before that', async () => {
    const { write, remove, move, kept, restore, files, project } = await owner();
    await write({ path: 'src/a', content: '1' });
    await write({ path: 'src/b', content: '2' });
    const first = await kept('begun');
    await write({ path: 'src/a', content: '11' });
    await move({ from: 'src/b', to: 'B' });
    await write({ path: 'new/c', content: '3' });
    await remove({ path: 'src' });
    await write({ path: 'src', content: 'a file where a folder was' });
    const restored = await restore(first);
    expect(restored.data).toMatchObject({ restoreCheckpoint: { cause: 'RESTORE', name: 'begun' } });
    expect(await files()).toEqual({ 'src/a': '1', 'src/b': '2' });
    expect(await project('folders usage { bytes files folders }')).toEqual({
      folders: ['src'],
      usage: { bytes: 2, files: 2, folders: 1 },
    });
    await restore(Id.parse(restored.data?.['restoreCheckpoint']).id);
    expect(await files()).toEqual({ B: '2', 'new/c': '3', src: 'a file where a folder was' });
  });

  test('tells what has changed since, with patches', async () => {
    const { write, remove, kept, project } = await owner();
    await write({ path: 'a', content: 'one\n' });
    await write({ path: 'b', content: 'same\n' });
    await write({ path: 'c', content: 'gone\n' });
    await kept('then');
    await write({ path: 'a', content: 'two\n' });
    await write({ path: 'd', content: '/w==', encoding: 'BASE64' });
    await remove({ path: 'c' });
    expect(await project('checkpoints { name files bytes changes { path before after patch } }')).toMatchObject({
      checkpoints: [
        {
          name: 'then',
          files: 3,
          bytes: 14,
          changes: [
            { path: 'a', patch: expect.stringContaining('-one\n+two\n') },
            { path: 'c', after: null, patch: expect.stringContaining('-gone\n') },
            { path: 'd', before: null, patch: null },
          ],
        },
      ],
    });
  });

  test('keeps contents as long as it is there, and no longer', async () => {
    const { id, write, remove, kept, forget, restore, blobs, files } = await owner();
    await write({ path: 'a', content: 'kept' });
    const checkpoint = await kept('c');
    await remove({ path: 'a' });
    await database.sql('delete from sandbox.versions where project_id = $1', [id]);
    await database.sql(
      'select sandbox.sweep_blobs(project_id, array_agg(sha256)) from sandbox.blobs where project_id = $1 group by project_id',
      [id],
    );
    expect(await blobs()).toBe(1);
    expect(codeOf(await restore(checkpoint))).toBeUndefined();
    expect(await files()).toEqual({ a: 'kept' });
    await remove({ path: 'a' });
    await database.sql('delete from sandbox.versions where project_id = $1', [id]);
    expect((await forget(checkpoint)).data).toEqual({ deleteCheckpoint: true });
    expect((await forget(checkpoint)).data).toEqual({ deleteCheckpoint: false });
    expect(await blobs()).toBe(0);
  });

  test('is not restored over a lock of another, of which nothing happens then', async () => {
    const { write, kept, lock, restore, files, project } = await owner();
    await write({ path: 'a', content: '1' });
    await write({ path: 'b', content: '1' });
    const checkpoint = await kept('c');
    await write({ path: 'a', content: '2' });
    await write({ path: 'b', content: '2' });
    await lock({ path: 'b', agent: 'run-1' });
    expect(codeOf(await restore(checkpoint))).toBe('FILE_LOCKED');
    expect(await files()).toEqual({ a: '2', b: '2' });
    expect(await project('checkpoints { name }')).toEqual({ checkpoints: [{ name: 'c' }] });
  });

  test('is bounded in number: 30 that were asked for, and the newest 20 of the others', async () => {
    const { write, checkpoint, kept, restore, project } = await owner();
    await write({ path: 'a', content: '1' });
    const first = await kept('1');
    for (let index = 1; index < 30; index += 1) expect(codeOf(await checkpoint({ name: 'n' }))).toBeUndefined();
    expect(codeOf(await checkpoint({ name: 'one too many' }))).toBe('LIMIT_REACHED');
    for (let index = 0; index < 22; index += 1) await restore(first);
    const { checkpoints } = z
      .object({ checkpoints: z.array(z.object({ cause: z.string() })) })
      .parse(await project('checkpoints { cause }'));
    expect(checkpoints).toHaveLength(50);
  });

  test.each(['', ' ', 'a\nb', 'x'.repeat(201)])('is not named %j', async (name) => {
    const { checkpoint } = await owner();
    expect(codeOf(await checkpoint({ name }))).toBe('BAD_USER_INPUT');
  });

  test('is nothing that others reach', async () => {
    const { id, kept } = await owner();
    const checkpoint = await kept('c');
    const other = await owner();
    const query = 'mutation ($p: ID!, $id: ID!) { restoreCheckpoint(projectId: $p, id: $id) { id } }';
    expect(codeOf(await ask(other.caller, query, { p: id, id: checkpoint }))).toBe('NOT_FOUND');
    expect(codeOf(await ask(other.caller, query, { p: other.id, id: checkpoint }))).toBe('NOT_FOUND');
    expect(codeOf(await ask(someone('ADMIN'), query, { p: id, id: checkpoint }))).toBe('FORBIDDEN');
    expect(codeOf(await other.restore('x'))).toBe('NOT_FOUND');
  });
});

const BASE = 'a\nb\nc\nd\ne\n';

describe('a change set', () => {
  test('changes nothing until it is accepted, then all of it after a checkpoint', async () => {
    const { caller, write, propose, decide, files } = await owner();
    await write({ path: 'a', content: BASE });
    await write({ path: 'gone', content: 'x' });
    const proposed = await propose({
      title: 'Three files',
      reason: 'They ask for it.',
      agent: 'run-1',
      files: [{ path: 'a', content: 'A\nb\nc\nd\nE\nf\n' }, { path: 'src/new', content: 'n\n' }, { path: 'gone' }],
    });
    expect(proposed.data).toMatchObject({
      proposeChangeSet: {
        status: 'PROPOSED',
        reason: 'They ask for it.',
        agent: 'run-1',
        author: { id: caller.userId },
        checkpoint: null,
        files: [
          {
            id: '1',
            kind: 'CHANGED',
            hunks: [
              { id: '1.1', decision: null, line: 1, removed: 'a\n', added: 'A\n' },
              { id: '1.2', decision: null, line: 5, removed: 'e\n', added: 'E\nf\n' },
            ],
          },
          { id: '2', kind: 'CREATED', hunks: [{ id: '2.1', removed: '', added: 'n\n' }] },
          { id: '3', kind: 'DELETED', hunks: [{ id: '3.1', removed: 'x', added: '' }] },
        ],
      },
    });
    expect(await files()).toEqual({ a: BASE, gone: 'x' });
    const { id } = Id.parse(proposed.data?.['proposeChangeSet']);
    const decided = await decide(id, { rest: 'ACCEPTED' });
    expect(decided.data).toMatchObject({ decideChangeSet: { status: 'APPLIED', checkpoint: { cause: 'CHANGE_SET' } } });
    expect(await files()).toEqual({ a: 'A\nb\nc\nd\nE\nf\n', 'src/new': 'n\n' });
  });

  test('is applied hunk by hunk, in any order, and undone by its checkpoint', async () => {
    const { write, proposed, decide, restore, files } = await owner();
    await write({ path: 'a', content: BASE });
    const id = await proposed([{ path: 'a', content: 'A\nb\nC\nd\nE\n' }]);
    const first = await decide(id, { accept: ['1.3'] });
    expect(first.data).toMatchObject({ decideChangeSet: { status: 'PROPOSED', decidedAt: null } });
    expect(await files()).toEqual({ a: 'a\nb\nc\nd\nE\n' });
    const last = await decide(id, { accept: ['1.1'], reject: ['1.2'] });
    expect(last.data).toMatchObject({ decideChangeSet: { status: 'PARTLY_APPLIED' } });
    expect(await files()).toEqual({ a: 'A\nb\nc\nd\nE\n' });
    const { checkpoint } = z.object({ checkpoint: Id }).parse(last.data?.['decideChangeSet']);
    await restore(checkpoint.id);
    expect(await files()).toEqual({ a: BASE });
    expect(codeOf(await decide(id, { accept: ['1.2'] }))).toBe('CONFLICT');
  });

  test('is put together with what others wrote elsewhere in its files', async () => {
    const { write, proposed, decide, files } = await owner();
    await write({ path: 'a', content: BASE });
    const id = await proposed([{ path: 'a', content: 'A\nb\nc\nd\ne\n' }]);
    await write({ path: 'a', content: 'a\nb\nc\nd\ne\nf\n' });
    await decide(id, { rest: 'ACCEPTED' });
    expect(await files()).toEqual({ a: 'A\nb\nc\nd\ne\nf\n' });
  });

  test('is refused as a whole where others have changed the same, and names the files', async () => {
    const { write, proposed, decide, files, project } = await owner();
    await write({ path: 'a', content: BASE });
    await write({ path: 'b', content: BASE });
    const id = await proposed(['a', 'b', 'c'].map((path) => ({ path, content: 'A\nb\nc\nd\ne\n' })));
    await write({ path: 'b', content: 'x\nb\nc\nd\ne\n' });
    await write({ path: 'c', content: 'there already' });
    const refused = await decide(id, { rest: 'ACCEPTED' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT', paths: ['b', 'c'] });
    expect(await files()).toMatchObject({ a: BASE });
    expect(await project('checkpoints { id } changeSets(status: PROPOSED) { id }')).toEqual({
      checkpoints: [],
      changeSets: [{ id }],
    });
    await decide(id, { accept: ['1'], rest: 'REJECTED' });
    expect(await files()).toMatchObject({ a: 'A\nb\nc\nd\ne\n', b: 'x\nb\nc\nd\ne\n' });
  });

  test('stands on the version that its author had read', async () => {
    const { write, propose, files, decide } = await owner();
    const read = await write({ path: 'a', content: BASE });
    const { version } = z.object({ version: z.string() }).parse(read.data?.['writeFile']);
    await write({ path: 'a', content: `${BASE}f\n` });
    const made = await propose({ title: 't', files: [{ path: 'a', content: `X\n${BASE}`, baseVersion: version }] });
    await decide(Id.parse(made.data?.['proposeChangeSet']).id, { rest: 'ACCEPTED' });
    expect(await files()).toEqual({ a: `X\n${BASE}f\n` });
    const unknown = await propose({ title: 't', files: [{ path: 'a', content: '', baseVersion: 'a'.repeat(64) }] });
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT', paths: ['a'] });
  });

  test('passes no lock of another', async () => {
    const { write, lock, proposed, decide, files } = await owner();
    await write({ path: 'a', content: '1' });
    const id = await proposed([{ path: 'a', content: '2' }]);
    await lock({ path: 'a', agent: 'run-1' });
    expect(codeOf(await decide(id, { rest: 'ACCEPTED' }))).toBe('FILE_LOCKED');
    expect(codeOf(await decide(id, { rest: 'ACCEPTED', agent: 'run-1' }))).toBeUndefined();
    expect(await files()).toEqual({ a: '2' });
  });

  test('of two that decide on it at once, one does and the other sees that', async () => {
    const { write, proposed, decide, files } = await owner();
    await write({ path: 'a', content: '1' });
    const id = await proposed([{ path: 'a', content: '2' }]);
    const codes = (await Promise.all([decide(id, { accept: ['1'] }), decide(id, { reject: ['1.1'] })])).map(codeOf);
    expect(codes.filter((code) => code === undefined).length).toBeGreaterThan(0);
    expect(['1', '2']).toContain((await files())['a']);
  });

  test.each([
    ['no file', []],
    [
      'a file twice',
      [
        { path: 'a', content: '1' },
        { path: 'a', content: '2' },
      ],
    ],
    ['what is so already', [{ path: 'a', content: 'here' }]],
    ['the deletion of nothing', [{ path: 'none' }]],
    ['a version that is none', [{ path: 'a', content: '1', baseVersion: 'x' }]],
  ])('has not %s', async (_, files) => {
    const { write, propose } = await owner();
    await write({ path: 'a', content: 'here' });
    expect(codeOf(await propose({ title: 't', files }))).toBe('BAD_USER_INPUT');
  });

  test('names no path that leads out, and nothing larger than a file may be', async () => {
    const { propose } = await owner();
    expect(codeOf(await propose({ title: 't', files: [{ path: '../a', content: '1' }] }))).toBe('PATH_REFUSED');
    const content = 'x'.repeat(524_289);
    expect(codeOf(await propose({ title: 't', files: [{ path: 'a', content }] }))).toBe('SIZE_REFUSED');
  });

  test('is nothing that others reach', async () => {
    const { proposed, caller } = await owner();
    const id = await proposed([{ path: 'a', content: '1' }]);
    const other = await owner();
    const query = 'query ($id: ID!) { changeSet(id: $id) { title } }';
    expect(codeOf(await ask(other.caller, query, { id }))).toBe('NOT_FOUND');
    expect((await ask(someone('ADMIN'), query, { id })).data).toEqual({ changeSet: { title: 'Mend it' } });
    expect((await ask(caller, query, { id })).data).toEqual({ changeSet: { title: 'Mend it' } });
    expect(codeOf(await other.decide(id, { rest: 'ACCEPTED' }))).toBe('NOT_FOUND');
    expect(codeOf(await other.decide(id, { rest: 'ACCEPTED' }, someone('ADMIN')))).toBe('FORBIDDEN');
    expect(codeOf(await ask(caller, query, { id: 'x' }))).toBe('NOT_FOUND');
  });

  test('of two texts that have nothing in common is one hunk, and made soon', async () => {
    const { write, propose } = await owner();
    const lines = (word: string) =>
      Array.from({ length: 60_000 }, (_, i) => `${word}${i}`)
        .join('\n')
        .slice(0, 400_000);
    await write({ path: 'a', content: lines('a') });
    const made = await propose({ title: 't', files: [{ path: 'a', content: lines('b') }] });
    const { files } = z
      .object({ files: z.array(z.object({ hunks: z.array(z.object({ line: z.int() })) })) })
      .parse(made.data?.['proposeChangeSet']);
    expect(files[0]?.hunks).toEqual([{ line: 1 }]);
  });

  test('goes with its project, and is forgotten when too many newer ones are decided', async () => {
    const { id: projectId, caller, write, kept, proposed, decide, blobs } = await owner();
    for (let index = 0; index < 3; index += 1)
      await decide(await proposed([{ path: 'a', content: `${index}` }]), { rest: 'REJECTED' });
    expect(await blobs()).toBe(3);
    await database.sql(
      `insert into sandbox.change_sets (project_id, title, status, author_id, decided_at)
       select $1, 'x', 'REJECTED', gen_random_uuid(), now() from generate_series(1, 100)`,
      [projectId],
    );
    await proposed([{ path: 'a', content: 'last' }]);
    expect(await blobs()).toBe(1);
    await write({ path: 'b', content: 'kept' });
    await kept('c');
    const gone = await ask(caller, 'mutation ($id: ID!) { deleteProject(id: $id, name: "p") }', { id: projectId });
    expect(gone.data).toEqual({ deleteProject: true });
    expect(await blobs()).toBe(0);
  });

  test('that is open is one of at most 100', async () => {
    const { id, propose } = await owner();
    await database.sql(
      `insert into sandbox.change_sets (project_id, title, author_id)
       select $1, 'x', gen_random_uuid() from generate_series(1, 100)`,
      [id],
    );
    expect(codeOf(await propose({ title: 't', files: [{ path: 'a', content: '1' }] }))).toBe('LIMIT_REACHED');
  });
});
