import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { knownPath } from '#subgraphs/sandbox/files/file-path.ts';
import { createFiles, type Files } from '#subgraphs/sandbox/files/files.ts';
import { createSearch, type Progress, type Search, type Wanted } from '#subgraphs/sandbox/files/search.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

/** How long an expression may take in these tests, in milliseconds. */
const LOT_MS = 500;

let database: TestDatabase;
let pool: Database;
let files: Files;
let search: Search;

beforeAll(async () => {
  database = await freshDatabase();
  pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), createLog('test', 'silent'));
  files = createFiles(pool);
  search = createSearch(pool, files, LOT_MS);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const project = async (contents: Readonly<Record<string, string | Buffer>>) => {
  const userId = randomUUID();
  const [row] = await database.sql(
    'insert into sandbox.projects (owner_id, name) values ($1, gen_random_uuid()) returning id',
    [userId],
  );
  const projectId = z.uuid().parse(row?.['id']);
  const changes = Object.entries(contents).map(
    ([path, content]) =>
      ({ kind: 'write', path: knownPath(path), bytes: Buffer.from(content), ifVersion: null }) as const,
  );
  await files.apply(projectId, { userId, agent: null }, changes);
  const find = (wanted: Partial<Wanted> & { readonly text: string }, signal = new AbortController().signal) =>
    search.find(
      { userId, projectId },
      { isRegex: false, matchCase: false, wholeWord: false, include: [], exclude: [], first: 100, ...wanted },
      signal,
    );
  const all = async (wanted: Partial<Wanted> & { readonly text: string }): Promise<Progress[]> => {
    const seen: Progress[] = [];
    for await (const progress of find(wanted)) seen.push(progress);
    return seen;
  };
  return {
    find,
    all,
    paths: async (wanted: Partial<Wanted> & { readonly text: string }) =>
      (await all(wanted)).flatMap(({ file }) => file?.path ?? []),
  };
};

/** The code of what a search is refused with. */
const codeOf = async (searching: Promise<unknown>): Promise<string | undefined> => {
  try {
    await searching;
    return undefined;
  } catch (error) {
    if (error instanceof StudioError) return error.code;
    throw error;
  }
};

const TREE = {
  'README.md': 'needle\n',
  'src/a.ts': 'let needle;\nneedle = 1;\n',
  'src/deep/b.ts': '// needle\n',
  'src/deep/b.bin': Buffer.from([0, 0xff]),
  'test/a.test.ts': 'needle\n',
};

describe('a search', () => {
  test('tells the matches file by file, and at last how many there were', async () => {
    const { all } = await project(TREE);
    const seen = await all({ text: 'NEEDLE' });
    expect(seen.map(({ file }) => file && [file.path, file.matches.length])).toEqual([
      ['README.md', 1],
      ['src/a.ts', 2],
      ['src/deep/b.ts', 1],
      ['test/a.test.ts', 1],
      null,
    ]);
    expect(seen[1]?.file?.matches[0]).toEqual({ line: 1, column: 5, text: 'let needle;', start: 4, end: 10 });
    expect(seen.at(-1)).toEqual({ file: null, searched: 5, total: 5, matches: 5, isLast: true, isCut: false });
  });

  test('of nothing tells that it found nothing', async () => {
    const { all } = await project({});
    expect(await all({ text: 'x' })).toEqual([
      { file: null, searched: 0, total: 0, matches: 0, isLast: true, isCut: false },
    ]);
  });

  test.each([
    [{ include: ['*.ts'] }, ['src/a.ts', 'src/deep/b.ts', 'test/a.test.ts']],
    [{ include: ['src'] }, ['src/a.ts', 'src/deep/b.ts']],
    [{ include: ['/src/*.ts'] }, ['src/a.ts']],
    [{ include: ['src/**'], exclude: ['deep'] }, ['src/a.ts']],
    [{ exclude: ['*.test.ts', 'README.*'] }, ['src/a.ts', 'src/deep/b.ts']],
    [{ include: ['none'] }, []],
  ])('looks only where it is asked to: %j', async (where, expected) => {
    const { paths } = await project(TREE);
    expect(await paths({ text: 'needle', ...where })).toEqual(expected);
  });

  test('ends with as many matches as were asked for, and says so', async () => {
    const { all } = await project({ a: 'x x x', b: 'x', c: 'x' });
    const cut = await all({ text: 'x', first: 2 });
    expect(cut.map(({ file }) => file?.matches.length)).toEqual([2, undefined]);
    expect(cut.at(-1)).toMatchObject({ matches: 2, isLast: true, isCut: true });
    expect((await all({ text: 'x', first: 5 })).at(-1)).toMatchObject({ matches: 5, isCut: false });
    expect((await all({ text: 'x', first: 4 })).at(-1)).toMatchObject({ matches: 4, searched: 2, isCut: true });
  });

  test('tells at most 200 matches of one file', async () => {
    const { all } = await project({ a: 'x\n'.repeat(201), b: 'x' });
    const seen = await all({ text: 'x', first: 1_000 });
    expect(seen[0]?.file).toMatchObject({ matches: { length: 200 }, isCut: true });
    expect(seen.at(-1)).toMatchObject({ matches: 201, isCut: true });
  });

  test('goes through thousands of files', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, i) => [`f${i}`, `line\n${i % 500 ? '' : 'needle'}`]),
    );
    const { all } = await project(many);
    const seen = await all({ text: 'needle' });
    expect(seen.at(-1)).toMatchObject({ searched: 1_500, matches: 3, isCut: false });
  });
});

describe('an expression', () => {
  test('that backtracks without end is ended, and the next search goes on', async () => {
    const { all, paths } = await project({ a: `${'a'.repeat(40)}!` });
    expect(await codeOf(all({ text: '(a+)+$', isRegex: true }))).toBe('TIMEOUT');
    expect(await codeOf(all({ text: String.raw`(a|a)*\1$`, isRegex: true }))).toBe('TIMEOUT');
    expect(await paths({ text: '^a+!$', isRegex: true })).toEqual(['a']);
  });

  test.each(['(', '[', '(?<=', String.raw`\p{Nothing}`])('is not %j', async (text) => {
    const { all } = await project({ a: 'x' });
    expect(await codeOf(all({ text, isRegex: true }))).toBe('BAD_USER_INPUT');
  });

  test('that is larger than the engine takes is refused or ended, and ends nothing else', async () => {
    const { all, paths } = await project({ a: 'x' });
    const code = await codeOf(all({ text: '((((x{1000}){1000}){1000}){1000}){1000}', isRegex: true }));
    expect(['BAD_USER_INPUT', 'TIMEOUT', undefined]).toContain(code);
    expect(await paths({ text: 'x' })).toEqual(['a']);
  });
});

describe('searches of one user', () => {
  test('run two at once, and one that is left makes room', async () => {
    const { find, paths } = await project(TREE);
    const running = [find({ text: 'needle' }), find({ text: 'needle' })];
    for (const each of running) await each.next();
    expect(await codeOf(find({ text: 'needle' }).next())).toBe('RATE_LIMITED');
    await running[0]?.return();
    expect(await paths({ text: 'needle', include: ['README.md'] })).toEqual(['README.md']);
    await running[1]?.return();
  });

  test('end with their signal', async () => {
    const { find } = await project({ a: `${'a'.repeat(40)}!` });
    const controller = new AbortController();
    const next = find({ text: '(a+)+$', isRegex: true }, controller.signal).next();
    controller.abort(new StudioError('SERVICE_UNAVAILABLE'));
    expect(await codeOf(next)).toBe('SERVICE_UNAVAILABLE');
  });
});
