import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { purgeWindows, quotasOf, removeQuota, setQuota, type QuotaDefinition } from '#subgraphs/users/store/quotas.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { insertUser } from '#tests/harness/users.ts';

const log = createLog('test', 'silent');
const count = z.bigint().transform(Number);
const Reserved = z.object({
  outcome: z.string(),
  cap: count,
  subject: z.string().nullable(),
  unit: z.string().nullable(),
  period: z.string().nullable(),
  model: z.string().nullable(),
  retryAt: z.number().nullable(),
});

let database: TestDatabase;
let models: Database;
let users: Database;
let made = 0;

beforeAll(async () => {
  database = await freshDatabase();
  models = await openPool(serviceAddress(database.url, 'models', database.secret), log);
  users = await openPool(serviceAddress(database.url, 'users', database.secret), log);
});

afterAll(async () => {
  await models.end();
  await users.end();
  await database.drop();
});

const user = (tokens?: number): Promise<string> =>
  insertUser(database, `user${(made += 1)}@devstudio.test`, tokens === undefined ? {} : { tokens });

const key = async (userId: string, limits: { models?: string[]; expires?: string } = {}): Promise<string> => {
  const [row] = await database.sql(
    `insert into users.api_keys (user_id, name, prefix, hash, scopes, models, expires_at)
     values ($1, 'test', 'ds_', sha256(gen_random_uuid()::text::bytea), '{}', $2, $3) returning id`,
    [userId, limits.models ?? null, limits.expires ?? null],
  );
  return z.uuid().parse(row?.['id']);
};

const reserve = async (
  userId: string,
  {
    keyId = null,
    model = 'starter',
    prompt = 10,
    max = 10,
  }: { keyId?: string | null; model?: string; prompt?: number; max?: number } = {},
) => {
  const request = randomUUID();
  const answer = await models.one(sql.type(Reserved)`
    select outcome, completion_cap as cap, limiting_subject as subject, limiting_unit as unit, limiting_period as period,
      limiting_model as model, retry_at as "retryAt"
    from billing.reserve(${request}, 'worker', ${userId}, ${keyId}, ${model}, ${prompt}, ${max}, 1, interval '1 minute')`);
  return { request, ...answer };
};
const State = z.object({ state: z.string() });
const heartbeat = (request: string, tokens: number): Promise<string> =>
  models.oneFirst(
    sql.type(State)`select billing.heartbeat(${request}, 'worker', ${tokens}, interval '1 minute') as state`,
  );
const settle = (
  request: string,
  tokens: number,
  worker = 'worker',
  outcome = 'settled',
  charge = true,
): Promise<string> =>
  models.oneFirst(
    sql.type(State)`select billing.settle(${request}, ${worker}, ${tokens}, ${outcome}, ${charge}) as state`,
  );

const limit = (definition: Partial<QuotaDefinition> & Pick<QuotaDefinition, 'subject' | 'limit'>): Promise<bigint> =>
  setQuota(users, { model: null, unit: 'tokens', period: 'month', ...definition });
const figures = async (subject: QuotaDefinition['subject'], id: bigint) => {
  const quota = (await quotasOf(users, [subject])).find((one) => one.id === id);
  return quota && { limit: quota.limit, spent: quota.spent, reserved: quota.reserved };
};

describe('a key', () => {
  test('spends at most its own budget and its owner’s, and the quota in the way is named', async () => {
    const id = await user(1_000);
    const keyId = await key(id);
    await limit({ subject: `key:${keyId}`, period: 'minute', limit: 25 });
    expect(await reserve(id, { keyId, max: 100 })).toMatchObject({ outcome: 'granted', cap: 15 });
    expect(await reserve(id, { keyId })).toMatchObject({
      outcome: 'denied',
      subject: `key:${keyId}`,
      unit: 'tokens',
      period: 'minute',
      model: null,
      retryAt: expect.any(Number),
    });
    expect(await reserve(id, { max: 2_000 })).toMatchObject({ outcome: 'granted', cap: 965 });
    expect(await reserve(id, { keyId })).toMatchObject({ outcome: 'denied' });
  });

  test('spends nothing when its owner has no prepaid balance', async () => {
    const id = await user();
    const keyId = await key(id);
    await limit({ subject: `key:${keyId}`, period: 'total', limit: 1_000 });
    expect(await reserve(id, { keyId })).toMatchObject({ outcome: 'no_quota' });
  });

  test('is refused when revoked, expired or another’s, and for a model that is not its own', async () => {
    const id = await user(1_000);
    const expired = await key(id, { expires: '2000-01-01' });
    const narrow = await key(id, { models: ['small'] });
    expect(await reserve(id, { keyId: expired })).toMatchObject({ outcome: 'key_inactive' });
    expect(await reserve(id, { keyId: randomUUID() })).toMatchObject({ outcome: 'key_inactive' });
    expect(await reserve(await user(1_000), { keyId: narrow, model: 'small' })).toMatchObject({
      outcome: 'key_inactive',
    });
    expect(await reserve(id, { keyId: narrow })).toMatchObject({ outcome: 'model_denied' });
    expect(await reserve(id, { keyId: narrow, model: 'small' })).toMatchObject({ outcome: 'granted' });
  });

  test('that is revoked ends what runs with it, and the bill names it', async () => {
    const id = await user(1_000);
    const keyId = await key(id);
    const { request } = await reserve(id, { keyId });
    expect(await heartbeat(request, 1)).toBe('ok');
    await database.sql('update users.api_keys set revoked_at = now() where id = $1', [keyId]);
    expect(await heartbeat(request, 2)).toBe('inactive');
    expect(await settle(request, 0, 'worker', 'failed', false)).toBe('failed');
    expect(
      await database.sql('select key_id, total_tokens::int from billing.token_usage where request_id = $1', [request]),
    ).toEqual([{ key_id: keyId, total_tokens: 11 }]);
  });
});

test('the installation’s quota of one model binds everybody who uses it', async () => {
  const [one, other] = [await user(1_000), await user(1_000)];
  const id = await limit({ subject: 'installation', model: 'shared', unit: 'requests', period: 'day', limit: 1 });
  expect(await reserve(one, { model: 'shared' })).toMatchObject({ outcome: 'granted' });
  expect(await reserve(other, { model: 'shared' })).toMatchObject({
    outcome: 'denied',
    subject: 'installation',
    model: 'shared',
  });
  expect(await reserve(other)).toMatchObject({ outcome: 'granted' });
  expect(await removeQuota(users, id)).toBe(true);
  expect(await reserve(other, { model: 'shared' })).toMatchObject({ outcome: 'granted' });
});

test('only the worker that reserved may settle', async () => {
  const { request } = await reserve(await user(100));
  expect(await settle(request, 1, 'another worker')).toBe('lost');
  expect(await settle(request, 1)).toBe('settled');
});

test('a price is copied into a reservation, and a later one changes nothing of it', async () => {
  const id = await user(1_000);
  await users.query(sql.type(z.object({}))`select billing.set_model_price('priced', 5, 7)`);
  const { request } = await reserve(id, { model: 'priced' });
  await users.query(sql.type(z.object({}))`select billing.set_model_price('priced', 50, 70)`);
  await settle(request, 3);
  expect(
    await database.sql('select cost_microcredits::int as cost from billing.token_usage where request_id = $1', [
      request,
    ]),
  ).toEqual([{ cost: 10 * 5 + 3 * 7 }]);
});

describe('a limit that is set while requests run', () => {
  test('counts what its period has spent, and holds what they hold of it until they settle', async () => {
    const id = await user(1_000);
    const done = await reserve(id);
    await settle(done.request, 5);
    const running = await reserve(id);
    const quota = await limit({ subject: `user:${id}`, limit: 100 });
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 100n, spent: 15n, reserved: 20n });
    await settle(running.request, 1);
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 100n, spent: 26n, reserved: 0n });
    expect(await reserve(id, { max: 500 })).toMatchObject({ outcome: 'granted', cap: 64 });
  });

  test('counts only what was reserved in its period', async () => {
    const id = await user(1_000);
    const { request } = await reserve(id);
    await database.sql(
      "update billing.llm_requests set created_at = now() - interval '40 days' where request_id = $1",
      [request],
    );
    const quota = await limit({ subject: `user:${id}`, limit: 100 });
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 100n, spent: 0n, reserved: 0n });
    await settle(request, 5);
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 100n, spent: 0n, reserved: 0n });
  });

  test('taken away and set again counts what was used meanwhile, once', async () => {
    const id = await user(1_000);
    const quota = await limit({ subject: `user:${id}`, limit: 500 });
    const before = await reserve(id);
    await removeQuota(users, quota);
    const between = await reserve(id);
    expect(await limit({ subject: `user:${id}`, limit: 500 })).toBe(quota);
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 500n, spent: 0n, reserved: 40n });
    await settle(before.request, 10);
    await settle(between.request, 10);
    expect(await figures(`user:${id}`, quota)).toEqual({ limit: 500n, spent: 40n, reserved: 0n });
  });

  test('is never exceeded afterwards, however many race with it', async () => {
    const id = await user(1_000_000);
    const subject = `user:${id}` as const;
    let closed = 0;
    const chat = async (): Promise<void> => {
      const { request, outcome, cap } = await reserve(id, { max: 40 });
      if (outcome !== 'granted') return;
      await heartbeat(request, Math.ceil(cap / 2));
      await settle(request, Math.ceil(cap / 2));
      closed += 1;
    };
    const chats = Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let n = 0; n < 25; n += 1) await chat();
      }),
    );
    await expect.poll(() => closed, { interval: 1 }).toBeGreaterThan(20);
    const quota = await limit({ subject, limit: 1_500 });
    const [atOnce] = await Promise.all([figures(subject, quota), limit({ subject, limit: 1_200 })]);
    await chats;
    const billed = await database.sql(
      'select sum(total_tokens)::int as tokens from billing.token_usage where user_id = $1',
      [id],
    );
    const after = await figures(subject, quota);
    // The window is what the bill says: no chat slipped past it.
    expect(after).toMatchObject({ reserved: 0n, spent: BigInt(Number(billed[0]?.['tokens'])) });
    const committed = (atOnce?.spent ?? 0n) + (atOnce?.reserved ?? 0n);
    expect(after?.spent).toBeLessThanOrEqual(committed > 1_500n ? committed : 1_500n);
    expect(closed).toBeLessThan(12 * 25);
  });
});

test('windows that are over are forgotten, but not one that a request still holds', async () => {
  const id = await user(1_000);
  const quota = await limit({ subject: `user:${id}`, period: 'minute', limit: 500 });
  const { request } = await reserve(id);
  const windows = () =>
    database.sql("select 1 from billing.quota_window where quota_id = $1 and ends_at < now() - interval '1 hour'", [
      String(quota),
    ]);
  // As if that had been two hours ago.
  await database.sql(
    "update billing.quota_window set window_start = window_start - interval '2 hours', ends_at = ends_at - interval '2 hours' where quota_id = $1",
    [String(quota)],
  );
  await database.sql(
    `update billing.llm_requests set holds = array(
       select row(h.quota_id, case when h.quota_id = $2 then h.window_start - interval '2 hours' else h.window_start end,
         h.base, h.per_token)::billing.hold from unnest(holds) h) where request_id = $1`,
    [request, String(quota)],
  );
  await purgeWindows(users);
  expect(await windows()).toHaveLength(1);
  await settle(request, 1);
  await purgeWindows(users);
  expect(await windows()).toEqual([]);
});

test('a commit waits for the disk only where a crash would change the bill', async () => {
  const id = await user(1_000);
  const client = new Client({ connectionString: serviceAddress(database.url, 'models', database.secret) });
  await client.connect();
  const after = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    await client.query('begin');
    await client.query("set local synchronous_commit = 'on'");
    await client.query(text, [...values]);
    const { rows } = await client.query<{ synchronous_commit: string }>('show synchronous_commit');
    await client.query('commit');
    return rows[0]?.synchronous_commit;
  };
  const begin = "select billing.reserve($1, 'worker', $2, null, 'starter', 10, 10, 1, '1 minute')";
  const end = "select billing.settle($1, 'worker', $2, 'settled', true)";
  try {
    const [recorded, unrecorded] = [randomUUID(), randomUUID()];
    expect(await after(begin, [recorded, id])).toBe('off');
    expect(await after(begin, [unrecorded, id])).toBe('off');
    expect(await after("select billing.heartbeat($1, 'worker', 5, '1 minute')", [recorded])).toBe('on');
    expect(await after(end, [recorded, 5])).toBe('off');
    expect(await after(end, [unrecorded, 5])).toBe('on');
  } finally {
    await client.end();
  }
});
