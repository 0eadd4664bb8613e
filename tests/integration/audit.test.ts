import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SUBGRAPHS } from '#mesh/config.ts';
import { OPERATOR, recordAudit } from '#mesh/audit.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await freshDatabase();
  db = await openPool(serviceAddress(database.url, 'users', database.secret), createLog('test', 'silent'));
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const connect = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
};

const RECORD = `select audit.record('test.done', null, 'operator', null, null, null, '{}', null, null)`;
const settled = async (): Promise<number> => Number((await database.sql('select audit.settled() as id'))[0]?.['id']);
const lastId = async (): Promise<number> =>
  Number((await database.sql('select max(id) as id from audit.events'))[0]?.['id']);

describe('the log', () => {
  test('is append-only even for the owner', async () => {
    await recordAudit(db, OPERATOR, { action: 'test.kept', details: { so: 'it is' } });
    for (const change of [
      'update audit.events set action = action',
      'delete from audit.events',
      'truncate audit.events',
    ]) {
      await expect(database.sql(change)).rejects.toMatchObject({ code: 'P0403' });
    }
  });

  test.each([
    { action: 'No Name' },
    { action: 'test.large', details: { text: 'x'.repeat(4_096) } },
    { action: 'test.far', targetId: 'x'.repeat(257) },
  ])('takes no event that is out of bounds: $action', async (event) => {
    await expect(recordAudit(db, OPERATOR, event)).rejects.toThrow(/check constraint/);
  });

  test('has no row of what was rolled back', async () => {
    const failed = db.transaction(async (transaction) => {
      await recordAudit(transaction, OPERATOR, { action: 'test.undone' });
      throw new Error('undo');
    });
    await expect(failed).rejects.toThrow('undo');
    expect(await database.sql("select from audit.events where action = 'test.undone'")).toEqual([]);
  });
});

describe('the rights', () => {
  test.each(SUBGRAPHS)('%s may record, and change nothing', async (name) => {
    const client = await connect(serviceAddress(database.url, name, database.secret));
    try {
      await client.query(RECORD);
      for (const denied of [
        'delete from audit.events',
        "insert into audit.events (action, actor_credential, details) values ('a', 'none', '{}')",
        "select setval('audit.events_id_seq', 1)",
        ...(name === 'users'
          ? []
          : ['select * from audit.events', 'select audit.settled()', 'select * from audit.throttle']),
      ]) {
        await expect(client.query(denied)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await client.end();
    }
  });
});

describe('what is settled', () => {
  test('ends before the first event that is still on its way, though later ones are committed', async () => {
    const slow = await connect(database.url);
    try {
      await slow.query('begin');
      const before = await lastId();
      await slow.query(RECORD);
      await recordAudit(db, OPERATOR, { action: 'test.overtook' });
      expect(await lastId()).toBeGreaterThan(before + 1);
      expect(await settled()).toBe(before);
      await slow.query('commit');
      expect(await settled()).toBe(await lastId());
    } finally {
      await slow.end();
    }
  });

  test('does not wait for what was rolled back, nor for transactions that record nothing', async () => {
    const [undone, reader] = [await connect(database.url), await connect(database.url)];
    try {
      await reader.query('begin isolation level repeatable read');
      await reader.query('select txid_current()');
      await undone.query('begin');
      await undone.query(RECORD);
      await undone.query('rollback');
      await recordAudit(db, OPERATOR, { action: 'test.after' });
      expect(await settled()).toBe(await lastId());
    } finally {
      await undone.end();
      await reader.end();
    }
  });
});
