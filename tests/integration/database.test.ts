import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import { checkDatabase, migrate } from '#mesh/database/migrations.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const log = createLog('test', 'silent');

describe('the database', () => {
  let database: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'devstudio-migrations-'));
  });

  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('has nothing to migrate the second time', async () => {
    await expect(migrate(database.url, database.secret, MIGRATIONS)).resolves.toEqual({ applied: 0 });
  });

  test('lets each service in with its own role and not into the schemas of the others', async () => {
    const pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), log);
    const Name = z.object({ name: z.string() });
    expect(await pool.oneFirst(sql.type(Name)`select current_user::text as name`)).toBe('devstudio_sandbox');
    await expect(pool.query(sql.unsafe`select * from users.accounts`)).rejects.toThrow(
      'permission denied for schema users',
    );
    await pool.end();
  });

  test('refuses a row that is not what the query says', async () => {
    const pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), log);
    const wrong = pool.one(sql.type(z.object({ n: z.string() }))`select 1::int as n`);
    await expect(wrong).rejects.toThrow(/do not conform with the schema/);
    await pool.end();
  });

  test('takes a broken constraint for no lost connection', async () => {
    const lines: string[] = [];
    const listening = createLog('test', 'warn', { write: (line: string) => void lines.push(line) });
    const pool = await openPool(serviceAddress(database.url, 'agents', database.secret), listening);
    const make = () =>
      pool.query(sql.unsafe`insert into agents.conversations (id, owner_id, title)
        values ('00000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000001', 'One')`);
    await make();
    await expect(make()).rejects.toThrow('unique integrity constraint');
    expect(lines).toEqual([]);
    await pool.end();
  });

  test('refuses to start on a migration that was edited after it ran', async () => {
    const own = await freshDatabase();
    const first = join(folder, '0001_first.sql');
    await own.sql('drop schema devstudio cascade');
    await writeFile(first, '-- Up Migration\ncreate table public.a (id int);\n');
    await expect(migrate(own.url, own.secret, folder)).resolves.toEqual({ applied: 1 });
    await writeFile(first, '-- Up Migration\ncreate table public.b (id int);\n');
    await expect(migrate(own.url, own.secret, folder)).rejects.toThrow(/0001_first.sql was edited/);
    await own.drop();
  });

  test('leaves nothing behind when a migration fails', async () => {
    const own = await freshDatabase();
    await own.sql('drop schema devstudio cascade');
    await writeFile(join(folder, '0001_first.sql'), '-- Up Migration\ncreate table public.kept (id int);\n');
    await writeFile(join(folder, '0002_broken.sql'), '-- Up Migration\nselect 1 / 0;\n');
    await expect(migrate(own.url, own.secret, folder)).rejects.toThrow('division by zero');
    expect(await own.sql("select to_regclass('public.kept') as found")).toEqual([{ found: null }]);
    await rm(join(folder, '0002_broken.sql'));
    await own.drop();
  });

  test('says in one line that an address leads nowhere, without its password', async () => {
    const error = await checkDatabase('postgres://who:hidden@127.0.0.1:1/none').catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/127\.0\.0\.1:1\/none cannot be used .*correct DATABASE_URL/);
    expect(String(error)).not.toContain('hidden');
  });
});
