import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { knownPath } from '#subgraphs/sandbox/files/file-path.ts';
import { createFiles, type Files } from '#subgraphs/sandbox/files/files.ts';
import { createMeaning, type Meaning } from '#subgraphs/sandbox/files/meaning.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let pool: Database;
let files: Files;
let meaning: Meaning;

beforeAll(async () => {
  database = await freshDatabase();
  pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), createLog('test', 'silent'));
  files = createFiles(pool);
  meaning = createMeaning(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** What a text means to these tests: how often it has each of three words. */
const vectorOf = (text: string): number[] => ['cat', 'dog', 'car'].map((word) => text.split(word).length - 1 + 0.01);

const project = async (contents: Readonly<Record<string, string | Buffer>>) => {
  const writer = { userId: randomUUID(), agent: null };
  const [row] = await database.sql(
    'insert into sandbox.projects (owner_id, name) values ($1, gen_random_uuid()) returning id',
    [writer.userId],
  );
  const id = z.uuid().parse(row?.['id']);
  const write = (path: string, content: string | Buffer) =>
    files.apply(id, writer, [{ kind: 'write', path: knownPath(path), bytes: Buffer.from(content), ifVersion: null }]);
  for (const [path, content] of Object.entries(contents)) await write(path, content);
  return {
    id,
    write,
    move: (from: string, to: string) =>
      files.apply(id, writer, [{ kind: 'move', from: knownPath(from), to: knownPath(to), ifVersion: null }]),
    waiting: async (model = 'm', first = 64) =>
      (await meaning.waiting(id, model, first)).map(({ path, line }) => `${path}:${line}`),
    embed: async (model = 'm') => {
      const parts = await meaning.waiting(id, model, 64);
      return meaning.keep(
        id,
        model,
        parts.map(({ id: part, text }) => ({ part, vector: vectorOf(text) })),
      );
    },
    nearest: async (text: string, first = 10) =>
      (await meaning.nearest(id, 'm', vectorOf(text), first)).map(({ path }) => path),
  };
};

const codeOf = (doing: Promise<unknown>): Promise<unknown> =>
  doing.then(
    () => undefined,
    (error: unknown) => (error instanceof StudioError ? error.code : error),
  );

const TREE = { 'a.txt': 'cat cat', 'b.txt': 'dog', 'src/c.txt': 'car and dog', 'd.bin': Buffer.from([0xff]), e: '' };

describe('files', () => {
  test('wait for vectors once, then are found by what they mean', async () => {
    const { waiting, embed, nearest } = await project(TREE);
    expect(await waiting()).toEqual(['a.txt:1', 'b.txt:1', 'src/c.txt:1']);
    expect(await embed()).toBe(3);
    expect(await waiting()).toEqual([]);
    expect(await nearest('cat')).toEqual(['a.txt', expect.any(String), expect.any(String)]);
    expect(await nearest('dog', 2)).toEqual(['b.txt', 'src/c.txt']);
  });

  test('wait again when they are written, and not when they are moved or hold what another holds', async () => {
    const { waiting, embed, write, move, nearest } = await project(TREE);
    await embed();
    await move('a.txt', 'moved.txt');
    await write('same.txt', 'dog');
    expect(await waiting()).toEqual([]);
    expect(await nearest('dog', 2)).toEqual(['b.txt', 'same.txt']);
    await write('moved.txt', 'car');
    expect(await waiting()).toEqual(['moved.txt:1']);
    expect(await nearest('cat', 9)).not.toContain('moved.txt');
  });

  test('wait for each model of their own', async () => {
    const { waiting, embed } = await project({ a: 'cat' });
    await embed();
    expect(await waiting('other')).toEqual(['a:1']);
  });

  test('that are long wait part by part', async () => {
    const long = Array.from({ length: 400 }, (_, index) => `line ${index} of cats\n`).join('');
    const { id, waiting, embed } = await project({ long });
    expect((await waiting('m', 2)).length).toBe(2);
    const [first] = await meaning.waiting(id, 'm', 1);
    await meaning.keep(id, 'm', [{ part: first?.id ?? '', vector: [1, 2, 3] }]);
    const left = await waiting();
    expect(left).not.toContain('long:1');
    expect(await embed()).toBe(left.length);
    expect(await waiting()).toEqual([]);
    const [best] = await meaning.nearest(id, 'm', vectorOf('cats'), 1);
    expect(long).toContain(best?.text);
  });

  test('that are no text are passed over, however many there are', async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`a${index}`, Buffer.from([0xff, index])]),
    );
    const { waiting } = await project({ ...noise, 'z.txt': 'cat' });
    expect(await waiting()).toEqual(['z.txt:1']);
  });
});

describe('vectors', () => {
  test('go with their content', async () => {
    const { id, embed } = await project({ a: 'cat' });
    await embed();
    await database.sql('delete from sandbox.entries where project_id = $1', [id]);
    await database.sql('delete from sandbox.versions where project_id = $1', [id]);
    await database.sql(
      'select sandbox.sweep_blobs(project_id, array_agg(sha256)) from sandbox.blobs where project_id = $1 group by project_id',
      [id],
    );
    expect(await database.sql('select from sandbox.vectors where project_id = $1', [id])).toEqual([]);
  });

  test('of parts that nobody waits for are left out', async () => {
    const { id, embed } = await project({ a: 'cat' });
    await embed();
    const other = await project({ a: 'dog and cat' });
    const [part] = await meaning.waiting(other.id, 'm', 1);
    const strange = [`${'0'.repeat(64)}:0`, part?.id ?? '', `${part?.id.split(':')[0]}:999999`];
    expect(
      await meaning.keep(
        id,
        'm',
        strange.map((part) => ({ part, vector: [1, 2, 3] })),
      ),
    ).toBe(0);
  });

  test.each([
    ['a part that is none', [{ part: 'x', vector: [1, 2, 3] }]],
    ['no direction', [{ part: `${'0'.repeat(64)}:0`, vector: [0, 0, 0] }]],
    ['another length than the others', [{ part: `${'0'.repeat(64)}:0`, vector: [1, 2] }]],
  ])('with %s are refused', async (_, vectors) => {
    const { id, embed } = await project({ a: 'cat' });
    await embed();
    expect(await codeOf(meaning.keep(id, 'm', vectors))).toBe('BAD_USER_INPUT');
  });

  test('are not compared with one of another length', async () => {
    const { id, embed } = await project({ a: 'cat' });
    expect(await meaning.nearest(id, 'm', [1], 1)).toEqual([]);
    await embed();
    expect(await codeOf(meaning.nearest(id, 'm', [1], 1))).toBe('BAD_USER_INPUT');
  });
});
