import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openNotifications, type Notifications } from '#mesh/database/notifications.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { parseFilePath } from '#subgraphs/sandbox/files/file-path.ts';
import { createFiles, type Files } from '#subgraphs/sandbox/files/files.ts';
import { createWatch, type Watch } from '#subgraphs/sandbox/files/watch.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let pool: Database;
let notifications: Notifications;
let files: Files;
let watch: Watch;

beforeAll(async () => {
  database = await freshDatabase();
  const address = serviceAddress(database.url, 'sandbox', database.secret);
  pool = await openPool(address, log);
  notifications = openNotifications(address, 'sandbox_changes', log);
  files = createFiles(pool);
  watch = createWatch(pool, notifications);
});
afterAll(async () => {
  await notifications.stop();
  await pool.end();
  await database.drop();
});

const project = async () => {
  const [row] = await database.sql(
    'insert into sandbox.projects (owner_id, name) values (gen_random_uuid(), gen_random_uuid()) returning id',
  );
  const id = z.uuid().parse(row?.['id']);
  const write = async (path: string): Promise<void> => {
    const parsed = parseFilePath(path);
    if (parsed.outcome === 'refused') throw new Error(parsed.reason);
    const bytes = Buffer.from(path);
    await files.apply(id, { userId: randomUUID(), agent: null }, [
      { kind: 'write', path: parsed.path, bytes, ifVersion: null },
    ]);
  };
  return { id, write };
};

/** The next so many events, as `kind path`. */
const take = async (
  id: string,
  after: number | null,
  count: number,
  meanwhile?: () => Promise<void>,
): Promise<string[]> => {
  const controller = new AbortController();
  const events = watch.follow(id, after, controller.signal);
  const seen: string[] = [];
  let next = events.next();
  await meanwhile?.();
  for (let index = 0; index < count; index += 1) {
    const { value } = await next;
    seen.push(value ? `${value.sequence} ${value.kind} ${value.path}` : 'end');
    if (index + 1 < count) next = events.next();
  }
  controller.abort();
  await events.return().catch(() => {});
  return seen;
};

test('a watcher gets what happened since a revision, then what comes', async () => {
  const { id, write } = await project();
  await write('a');
  await write('b');
  expect(await take(id, 1, 2, () => write('c'))).toEqual(['2 WRITTEN b', '3 WRITTEN c']);
});

test('watchers hear of changes over one connection that is made anew when it is lost', async () => {
  const { id, write } = await project();
  const seen = take(id, 0, 2, async () => {
    await write('a');
    await database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()",
    );
    await write('b');
  });
  expect(await seen).toEqual(['1 WRITTEN a', '2 WRITTEN b']);
});

test('a watcher that asks for what is forgotten, or for what never was, is told to read anew', async () => {
  const { id, write } = await project();
  for (const path of ['a', 'b', 'c']) await write(path);
  await database.sql('delete from sandbox.changes where project_id = $1 and revision < 3', [id]);
  expect(await take(id, 0, 1)).toEqual(['3 RESET null']);
  expect(await take(id, 99, 1)).toEqual(['3 RESET null']);
  expect(await take(id, 2, 1)).toEqual(['3 WRITTEN c']);
});

test('a folder that is there already leaves no gap in the numbers', async () => {
  const { id, write } = await project();
  const parsed = parseFilePath('d');
  if (parsed.outcome === 'refused') throw new Error(parsed.reason);
  const folder = { kind: 'make folder', path: parsed.path } as const;
  await files.apply(id, { userId: randomUUID(), agent: null }, [folder, folder, folder]);
  await write('d/a');
  expect(await take(id, 0, 2)).toEqual(['1 FOLDER_MADE d', '2 WRITTEN d/a']);
});
