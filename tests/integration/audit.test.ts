import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SUBGRAPHS } from '#mesh/config.ts';
import { OPERATOR, recordAudit } from '#mesh/audit.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { createAuditFeed } from '#subgraphs/users/audit-feed.ts';
import { actorOf, recordFailedSignIn, recordOmitted } from '#subgraphs/users/audit.ts';
import type { AuditRow } from '#subgraphs/users/store/audit.ts';
import { HERE } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let db: Database;
const log = createLog('test', 'silent');

beforeAll(async () => {
  database = await freshDatabase();
  db = await openPool(serviceAddress(database.url, 'users', database.secret), log);
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
      "update audit.events set action = 'another'",
      'update audit.events set actor_id = gen_random_uuid()',
      "update audit.events set details = '{}'",
      "update audit.events set address = '192.0.2.1'",
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
    await expect(recordAudit(db, OPERATOR, event)).rejects.toThrow(/check integrity constraint/);
  });

  test('loses its old rows to the owner alone, as the guide says', async () => {
    await recordAudit(db, OPERATOR, { action: 'test.aged' });
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/accounts.md'), 'utf8');
    const sql = /```sql\n(begin;\nalter table audit\.events[^`]*)```/.exec(guide)?.[1] ?? '';
    expect(sql).toContain("interval '2 years'");
    await database.sql(sql);
    expect(await database.sql("select from audit.events where action = 'test.aged'")).toHaveLength(1);
    await database.sql(sql.replace("now() - interval '2 years'", 'now()'));
    expect(await database.sql('select from audit.events')).toEqual([]);
    await recordAudit(db, OPERATOR, { action: 'test.kept' });
    await expect(database.sql('delete from audit.events')).rejects.toMatchObject({ code: 'P0403' });
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

const EVERYTHING = { action: null, actorId: null, targetId: null };

describe('a feed', () => {
  /** Takes so many events of a stream, and ends it. */
  const take = async (stream: AsyncGenerator<AuditRow, void>, count: number): Promise<AuditRow[]> => {
    const taken: AuditRow[] = [];
    for await (const event of stream) {
      taken.push(event);
      if (taken.length === count) break;
    }
    return taken;
  };

  test('gives every event once and in the order of ids, however the transactions end', async () => {
    const feed = createAuditFeed(db, log);
    const start = BigInt(await settled());
    const seen = take(feed.follow(start, EVERYTHING, new AbortController().signal), 120);
    const write = async (index: number): Promise<void> => {
      const client = await connect(database.url);
      try {
        for (let round = 0; round < 20; round += 1) {
          await client.query('begin');
          await client.query(RECORD);
          await client.query('select pg_sleep(random() * 0.02)');
          await client.query((round + index) % 4 === 0 ? 'rollback' : 'commit');
        }
      } finally {
        await client.end();
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => write(index)));
    const committed = await database.sql('select id from audit.events where id > $1 order by id', [String(start)]);
    expect((await seen).map(({ id }) => String(id))).toEqual(committed.map(({ id }) => String(id)));
    await feed.stop();
  });

  test('goes on after the last id, of what was asked for alone', async () => {
    const feed = createAuditFeed(db, log);
    const start = BigInt(await settled());
    for (const action of ['test.one', 'test.other', 'test.one']) await recordAudit(db, OPERATOR, { action });
    const follow = (after: bigint) =>
      feed.follow(after, { ...EVERYTHING, action: 'test.one' }, new AbortController().signal);
    const [first] = await take(follow(start), 1);
    const [second] = await take(follow(first?.id ?? 0n), 1);
    expect([first, second].map((event) => event && Number(event.id - start))).toEqual([1, 3]);
    await feed.stop();
  });

  test('ends with its service, and with its listener', async () => {
    const feed = createAuditFeed(db, log);
    const leaving = new AbortController();
    const one = feed.follow(null, EVERYTHING, leaving.signal).next();
    const other = feed.follow(null, EVERYTHING, new AbortController().signal).next();
    leaving.abort();
    expect(await one).toEqual({ done: true, value: undefined });
    await feed.stop();
    expect(await other).toEqual({ done: true, value: undefined });
  });
});

describe('sign-ins that fail', () => {
  const failed = () =>
    database.sql("select actor_id, address, details from audit.events where action = 'sign-in.failed' order by id");

  test('are ten rows of an address and a minute, and one that counts the others when the minute is over', async () => {
    const stranger = actorOf({ caller: null, client: { ...HERE, address: '192.0.2.1' }, requestId: 'r' });
    for (let index = 0; index < 30; index += 1) await recordFailedSignIn(db, stranger, null, 'unknown account');
    const one = { actor_id: null, address: '192.0.2.1', details: { reason: 'unknown account' } };
    const rows = await failed();
    expect(rows).toEqual(rows.map(() => one));
    await database.sql("update audit.throttle set minute = minute - interval '5 minutes'");
    await recordOmitted(db);
    const omitted = (await failed()).slice(rows.length);
    const left = omitted.map(
      ({ details }) => z.object({ omitted: z.int(), minute: z.iso.datetime() }).parse(details).omitted,
    );
    // They may fall in two minutes; whatever was not recorded is counted.
    expect(rows.length + left.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(rows.length).toBeLessThanOrEqual(20);
    await recordOmitted(db);
    expect((await failed()).length).toBe(rows.length + omitted.length);
  });

  test('of one IPv6 network are those of one address', async () => {
    for (let host = 1; host <= 30; host += 1) {
      const address = `2001:db8::${host}`;
      await recordFailedSignIn(db, actorOf({ caller: null, client: { ...HERE, address }, requestId: 'r' }), null, 'x');
    }
    const rows = (await failed()).filter(({ address }) => String(address).startsWith('2001:db8::'));
    expect(rows.length).toBeLessThanOrEqual(20);
  });

  test('of any number of addresses are three hundred rows a minute', async () => {
    await database.sql('delete from audit.throttle');
    await database.sql("insert into audit.throttle values ('sign-in.failed', '*', date_trunc('minute', now()), 300)");
    await database.sql(
      "insert into audit.throttle values ('sign-in.failed', '*', date_trunc('minute', now()) + interval '1 minute', 300)",
    );
    const before = (await failed()).length;
    const stranger = actorOf({ caller: null, client: { ...HERE, address: '192.0.2.2' }, requestId: 'r' });
    await recordFailedSignIn(db, stranger, null, 'unknown account');
    expect((await failed()).length).toBe(before);
    expect(await database.sql("select from audit.throttle where source = '192.0.2.2'")).toEqual([]);
  });
});
