import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubgraphName } from '#mesh/config.ts';
import { serviceAddress } from '#mesh/database/pool.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { insertUser } from '#tests/harness/users.ts';

const DENIED = { code: '42501' };
let database: TestDatabase;
const clients = new Map<SubgraphName, Client>();

beforeAll(async () => {
  database = await freshDatabase();
  for (const name of ['users', 'models', 'sandbox', 'agents'] as const) {
    const client = new Client({ connectionString: serviceAddress(database.url, name, database.secret) });
    await client.connect();
    clients.set(name, client);
  }
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await database.drop();
});

const as = (name: SubgraphName, text: string): Promise<unknown> => {
  const client = clients.get(name);
  return client ? client.query(text) : Promise.reject(new Error(`no connection of ${name}`));
};

const RESERVE = `select * from billing.reserve('${randomUUID()}', 'w', '${randomUUID()}', null, 'm', 1, 1, 1, '1 minute')`;
const HEARTBEAT = `select billing.heartbeat('${randomUUID()}', 'w', 1, '1 minute')`;
const SETTLE = `select billing.settle('${randomUUID()}', 'w', 1, 'settled', true)`;
const KEY_REACHES = `select billing.key_reaches('${randomUUID()}', 'm')`;
const SETTLE_PROMPT = `select billing.settle_prompt('${randomUUID()}', 'w', 1, 'settled')`;
const SETTLE_MEASURED = `select billing.settle_measured('${randomUUID()}', 'w', 1, 1, 'settled', true)`;
const SPINE = [RESERVE, HEARTBEAT, SETTLE, SETTLE_PROMPT, SETTLE_MEASURED, KEY_REACHES];
const HOUSE = [
  'select billing.reap()',
  `select billing.balance('${randomUUID()}')`,
  `select billing.grant_tokens('${randomUUID()}', 1, 'gift', null)`,
  'select billing.quotas(null)',
  'select billing.remove_quota(0)',
  'select billing.purge_windows()',
  `select billing.set_quota('installation', null, 'tokens', 'day', 1000000)`,
  `select billing.set_model_price('m', 1, 1)`,
  'select billing.usage(now(), now(), null, null, null)',
  `select billing.usage_series(now(), now(), 'day', 'none', null, null, null, 1)`,
  'select billing.ledger(now(), now(), null, null, null, 1, null)',
  'select billing.ledger_position(null, null)',
  'select ml.capabilities()',
  'select ml.forecast(null, current_date, 1)',
  'select ml.usage_anomalies(current_date, 1)',
  'select ml.train()',
];
const INNER = [
  `select billing.close_request('${randomUUID()}', 'w', 1, 'settled', true)`,
  `select billing.window_of('day', now())`,
  `select billing.window_end('day', now())`,
];

describe('the models service', () => {
  test.each(SPINE)('may call %s', async (text) => {
    await expect(as('models', text)).resolves.toBeDefined();
  });

  test.each([...HOUSE, ...INNER])('may not call %s', async (text) => {
    await expect(as('models', text)).rejects.toMatchObject(DENIED);
  });

  test.each(['users.accounts', 'users.sessions', 'users.refresh_tokens', 'users.signing_keys'])(
    'may not read %s',
    async (table) => {
      await expect(as('models', `select * from ${table}`)).rejects.toMatchObject(DENIED);
    },
  );
});

describe.each(['models', 'users'] as const)('the %s service', (name) => {
  test.each(['quota', 'quota_window', 'llm_requests', 'model_price', 'token_usage', 'grants'])(
    'may neither read nor write billing.%s',
    async (table) => {
      await expect(as(name, `select * from billing.${table}`)).rejects.toMatchObject(DENIED);
      await expect(as(name, `insert into billing.${table} default values`)).rejects.toMatchObject(DENIED);
      await expect(as(name, `delete from billing.${table}`)).rejects.toMatchObject(DENIED);
    },
  );
});

describe('the users service', () => {
  test.each([...SPINE, ...INNER])('may not call %s', async (text) => {
    await expect(as('users', text)).rejects.toMatchObject(DENIED);
  });

  test.each([
    'update users.accounts set email = $$x$$',
    'delete from users.accounts',
    'update users.signing_keys set private_jwk = $$$$',
  ])('has no right that it does not use: %s', async (text) => {
    await expect(as('users', text)).rejects.toMatchObject(DENIED);
  });
});

describe.each(['sandbox', 'agents'] as const)('the %s service', (name) => {
  test.each([...SPINE, ...HOUSE])('may not call %s', async (text) => {
    await expect(as(name, text)).rejects.toMatchObject(DENIED);
  });
});

describe('the bill and the ledger', () => {
  test.each(['token_usage', 'grants'])('%s is append-only even for the owner', async (table) => {
    const id = await insertUser(database, `${table}@devstudio.test`, { tokens: 10 });
    const request = randomUUID();
    await database.sql(`select * from billing.reserve($1, 'w', $2, null, 'm', 1, 1, 1, '1 minute')`, [request, id]);
    await database.sql(`select billing.settle($1, 'w', 1, 'settled', true)`, [request]);
    const before = await database.sql(`select * from billing.${table}`);
    expect(before.length).toBeGreaterThan(0);
    await expect(database.sql(`update billing.${table} set user_id = user_id`)).rejects.toMatchObject({
      code: 'P0403',
    });
    await expect(database.sql(`delete from billing.${table}`)).rejects.toMatchObject({ code: 'P0403' });
    await expect(database.sql(`truncate billing.${table}`)).rejects.toMatchObject({ code: 'P0403' });
    expect(await database.sql(`select * from billing.${table}`)).toEqual(before);
  });

  test('the database itself refuses to overspend a window', async () => {
    const id = await insertUser(database, 'overspend@devstudio.test', { tokens: 10 });
    const overspend = database.sql(
      `update billing.quota_window set spent = 11 where quota_id = (select id from billing.quota where subject = $1)`,
      [`user:${id}`],
    );
    await expect(overspend).rejects.toMatchObject({ constraint: 'never_overspent' });
  });
});

describe('every function that runs with its owner’s rights', () => {
  test('pins its search path and is open to nobody by default', async () => {
    const functions = await database.sql(
      `select p.proname, p.proconfig, has_function_privilege('public', p.oid, 'execute') as public
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ('users', 'billing') and p.prosecdef`,
    );
    expect(functions.length).toBeGreaterThan(5);
    for (const one of functions) {
      expect(one).toMatchObject({ proconfig: ['search_path=pg_catalog, pg_temp'], public: false });
    }
  });
});
