import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { createFiles, type Files } from '#subgraphs/sandbox/files/files.ts';
import { takeOverWorkspaces } from '#subgraphs/sandbox/files/take-over.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let pool: Database;
let files: Files;
let home: string;
let folder: string;
let project: string;

beforeEach(async () => {
  database = await freshDatabase();
  pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), log);
  files = createFiles(pool);
  home = await mkdtemp(join(tmpdir(), 'devstudio-on-disk-'));
  folder = join(home, 'workspaces');
  const [row] = await database.sql(
    "insert into sandbox.projects (owner_id, name) values (gen_random_uuid(), 'old') returning id",
  );
  project = z.uuid().parse(row?.['id']);
  await mkdir(join(folder, project, 'src'), { recursive: true });
  await writeFile(join(folder, project, 'src', 'a.txt'), 'one');
  await writeFile(join(folder, project, 'b'), 'two');
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const takeOver = () => takeOverWorkspaces(pool, files, folder, log);
const contents = async () =>
  Object.fromEntries((await files.snapshot(project)).map(({ file, bytes }) => [file.path, bytes.toString()]));

test('files of an earlier version are taken over from disk once, and their folder is moved aside', async () => {
  await takeOver();
  expect(await contents()).toEqual({ 'src/a.txt': 'one', b: 'two' });
  expect(await readdir(home)).toEqual(['workspaces.imported']);
  await expect(takeOver()).resolves.toBeUndefined();
});

test('what was taken over before a kill, and changed since, is not overwritten', async () => {
  const [b] = (await files.list(project)).filter(({ path }) => path === 'b');
  expect(b).toBeUndefined();
  await takeOver();
  await mkdir(join(folder, project), { recursive: true });
  await writeFile(join(folder, project, 'b'), 'old again');
  await rm(join(home, 'workspaces.imported'), { recursive: true });
  await takeOver();
  expect(await contents()).toMatchObject({ b: 'two' });
});

test('no link is followed, and what belongs to no project is left', async () => {
  const outside = join(home, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'SECRET');
  const here = join(folder, project);
  await symlink(outside, join(here, 'folder'));
  await symlink(join(outside, 'secret'), join(here, 'link'));
  await link(join(outside, 'secret'), join(here, 'hard'));
  execFileSync('mkfifo', [join(here, 'pipe')]);
  await writeFile(join(here, 'back\\slash'), 'x');
  await symlink(outside, join(folder, randomUUID()));
  await mkdir(join(folder, randomUUID()));
  await takeOver();
  expect(await contents()).toEqual({ 'src/a.txt': 'one', b: 'two' });
});
