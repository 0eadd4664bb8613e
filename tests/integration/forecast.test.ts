import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import { forecastByUser, mlCapabilities, trainForecasts, usageAnomalies } from '#subgraphs/users/store/forecast.ts';
import { insertKey, writeBill, type Charge } from '#tests/harness/bill.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type TestUsers } from '#tests/harness/users.ts';

/** A Monday. */
const TODAY = '2026-03-02';
const DAY_MS = 86_400_000;

let users: TestUsers;
let db: Database;
let admin: Caller;

beforeAll(async () => {
  users = await startTestUsers();
  const { url, secret } = users.database;
  db = await openPool(serviceAddress(url, 'users', secret), createLog('test', 'silent'));
  admin = someone('ADMIN', { userId: await users.account('root@devstudio.test') });
});

afterAll(async () => {
  await db.end();
  await users.stop();
});

const noonOf = (daysFromToday: number): Date => new Date(Date.parse(`${TODAY}T12:00:00Z`) + daysFromToday * DAY_MS);
const isWeekend = (day: Date): boolean => [0, 6].includes(day.getUTCDay());

/** Use on each of the days before today: `tokens(-1)` is yesterday's. */
const writeDays = (known: Pick<Charge, 'userId' | 'keyId'>, days: number, tokens: (day: number) => number) =>
  writeBill(
    users.database,
    Array.from({ length: days }, (_, n) => n - days)
      .filter((day) => tokens(day) > 0)
      .map((day) => ({ ...known, at: noonOf(day).toISOString(), prompt: tokens(day) })),
  );

const forecast = async (userId: string, days: number) => {
  const found = (await forecastByUser(db, [userId], TODAY, days)).get(userId);
  return { ...found, tokens: found?.tokens.map(Number) };
};

describe('the built-in forecast', () => {
  test('goes on along a straight line, lower on weekends', async () => {
    const userId = await users.account('line@devstudio.test');
    const at = (day: number): number => 5_000 + 10 * day - (isWeekend(noonOf(day)) ? 400 : 0);
    await writeDays({ userId }, 60, at);
    expect(await forecast(userId, 30)).toEqual({
      engine: 'builtin',
      note: null,
      historyDays: 56,
      tokens: Array.from({ length: 30 }, (_, n) => at(n + 1)),
    });
  });

  test('stays near a line through noise', async () => {
    const userId = await users.account('noise@devstudio.test');
    const noise = (day: number): number => ((day * 7_919) % 101) + 50;
    await writeDays({ userId }, 56, (day) => 3_000 + noise(day));
    const { tokens } = await forecast(userId, 7);
    for (const day of tokens ?? []) expect(Math.abs(day - 3_000)).toBeLessThan(120);
  });

  test('of use that ends is never below zero', async () => {
    const userId = await users.account('ends@devstudio.test');
    await writeDays({ userId }, 56, (day) => -20 * day);
    const { tokens = [] } = await forecast(userId, 10);
    expect(tokens.every((day) => day >= 0)).toBe(true);
    expect(tokens[9]).toBe(0);
  });

  test('counts days without use, and nothing of today', async () => {
    const userId = await users.account('gaps@devstudio.test');
    await writeDays({ userId }, 10, (day) => (day % 2 ? 0 : 100));
    await writeBill(users.database, [{ userId, at: `${TODAY}T00:00:00Z`, prompt: 1_000_000 }]);
    expect(await forecast(userId, 2)).toMatchObject({ historyDays: 10, tokens: [50, 50] });
  });

  test('of somebody without history is nothing', async () => {
    const userId = await users.account('new@devstudio.test');
    expect(await forecast(userId, 2)).toMatchObject({ historyDays: 0, tokens: [0, 0] });
  });

  test('is made for many at once', async () => {
    const ids = await Promise.all([1, 2].map((n) => users.account(`many${n}@devstudio.test`)));
    expect([...(await forecastByUser(db, ids, TODAY, 1)).keys()].toSorted()).toEqual(ids.toSorted());
  });
});

describe('a built-in score', () => {
  test('is low for the usual and high for a spike', async () => {
    const userId = await users.account('spike@devstudio.test');
    const [usual, leaked] = [await insertKey(users.database, userId), await insertKey(users.database, userId)];
    const steps = (day: number): number => 20_000 + (((day % 5) + 5) % 5) * 1_000;
    await writeDays({ userId, keyId: usual }, 30, steps);
    await writeDays({ userId, keyId: leaked }, 30, steps);
    await writeBill(users.database, [
      { userId, keyId: usual, at: `${TODAY}T08:00:00Z`, prompt: 24_000 },
      { userId, keyId: leaked, at: `${TODAY}T08:00:00Z`, prompt: 60_000, completion: 60_000 },
    ]);
    const found = (await usageAnomalies(db, TODAY, 10)).filter(({ keyId }) => [usual, leaked].includes(keyId));
    expect(found.map(({ keyId }) => keyId)).toEqual([leaked, usual]);
    expect(found[0]).toMatchObject({ day: TODAY, engine: 'builtin', note: null, tokens: 120_000n, usual: 22_000n });
    // The spread is a tenth of the usual here: the deviations are 0, 1000 or 2000, their median 1000.
    expect(found[0]?.score).toBeCloseTo(98_000 / 2_200, 6);
    expect(found[1]?.score).toBeLessThan(1);
  });

  test('names yesterday when that was the more unusual day', async () => {
    const userId = await users.account('yesterday@devstudio.test');
    const keyId = await insertKey(users.database, userId);
    await writeBill(users.database, [
      { userId, keyId, at: '2026-03-01T23:59:59Z', prompt: 50_000 },
      { userId, keyId, at: `${TODAY}T08:00:00Z`, prompt: 2_000 },
    ]);
    const found = (await usageAnomalies(db, TODAY, 10)).find((anomaly) => anomaly.keyId === keyId);
    // An idle key: nothing is usual, and the spread is the least there is.
    expect(found).toMatchObject({ day: '2026-03-01', usual: 0n, score: 50 });
  });

  test.each([
    ['a young key', '2026-02-20T00:00:00Z', ''],
    ['a revoked key', '2026-01-01T00:00:00Z', 'update users.api_keys set revoked_at = now() where id = $1'],
  ])('is not given to %s', async (what, createdAt, change) => {
    const userId = await users.account(`${what.replaceAll(' ', '.')}@devstudio.test`);
    const keyId = await insertKey(users.database, userId, createdAt);
    await writeBill(users.database, [{ userId, keyId, at: `${TODAY}T08:00:00Z`, prompt: 1_000_000 }]);
    if (change) await users.database.sql(change, [keyId]);
    expect((await usageAnomalies(db, TODAY, 100)).map((anomaly) => anomaly.keyId)).not.toContain(keyId);
  });
});

describe('without PostgresML', () => {
  test('the engine is the built-in one, and there is nothing to train', async () => {
    expect(await mlCapabilities(db)).toEqual({ engine: 'builtin', pgmlVersion: null, trainedAt: null });
    expect(await trainForecasts(db)).toBe('builtin');
  });

  test.each([
    'select ml.predict(array[1]::float8[], current_date)',
    'select * from ml.usage_features',
    'select * from ml.training',
    'select * from ml.user_days(null, current_date, 1)',
  ])('the service has no right that it does not use: %s', async (text) => {
    const { url, secret } = users.database;
    const client = new Client({ connectionString: serviceAddress(url, 'users', secret) });
    await client.connect();
    await expect(client.query(text)).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  test('every function pins its search path and is open to nobody by default', async () => {
    const functions = await users.database.sql(
      `select p.proname, p.prosecdef, p.proconfig, has_function_privilege('public', p.oid, 'execute') as public
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'ml'`,
    );
    expect(functions.length).toBeGreaterThan(5);
    for (const one of functions) {
      expect(one).toMatchObject({ prosecdef: true, proconfig: ['search_path=pg_catalog, pg_temp'], public: false });
    }
  });
});

describe('in the graph', () => {
  const Shown = z.object({
    me: z.object({
      forecast: z.object({
        engine: z.literal('builtin'),
        note: z.null(),
        days: z.array(z.object({ day: z.string(), tokens: z.string() })),
        exhaustedOn: z.string().nullable(),
      }),
    }),
  });
  const forecastOf = async (userId: string, days = 3) => {
    const { data } = await users.ask(
      'query ($days: Int!) { me { forecast(days: $days) { engine note days { day tokens } exhaustedOn } } }',
      { days },
      someone('VIEWER', { userId }),
    );
    return Shown.parse(data).me.forecast;
  };
  /** A thousand tokens on each of the last days. */
  const writeRecent = (userId: string, days: number) =>
    users.database.sql(
      `with requests as (
         insert into billing.llm_requests (request_id, user_id, model_id, worker, state, prompt_tokens, completion_cap,
           price_in, price_out, lease_until, created_at)
         select gen_random_uuid(), $1, 'starter', 'test', 'settled', 1000, 0, 1, 1, now(),
           now() - make_interval(days => n)
         from generate_series(1, $2::int) n returning *
       )
       insert into billing.token_usage (request_id, user_id, model_id, prompt_tokens, completion_tokens,
         cost_microcredits, outcome, at)
       select request_id, user_id, model_id, prompt_tokens, 0, 1000, 'settled', created_at from requests`,
      [userId, days],
    );

  test('a forecast has its days, and the day on which the tokens end', async () => {
    const userId = await users.account('graph@devstudio.test', { tokens: 2_500 });
    await writeRecent(userId, 40);
    const { days, exhaustedOn } = await forecastOf(userId);
    expect(days.map(({ tokens }) => tokens)).toEqual(['1000', '1000', '1000']);
    expect(Date.parse(days[1]?.day ?? '') - Date.parse(days[0]?.day ?? '')).toBe(DAY_MS);
    expect(exhaustedOn).toBe(days[2]?.day);
  });

  test('there is no such day with too little history, or when the tokens last for a year', async () => {
    const young = await users.account('young@devstudio.test', { tokens: 10 });
    await writeRecent(young, 5);
    expect(await forecastOf(young)).toMatchObject({ exhaustedOn: null });
    const rich = await users.account('rich@devstudio.test', { tokens: 366_000 });
    await writeRecent(rich, 40);
    expect(await forecastOf(rich)).toMatchObject({ exhaustedOn: null });
  });

  test('anomalies name the key and whether to be alarmed', async () => {
    const userId = await users.account('alarm@devstudio.test');
    const keyId = await insertKey(users.database, userId, '2026-01-01T00:00:00Z');
    await writeBill(users.database, [{ userId, keyId, at: 'now', prompt: 7_000 }]);
    const query =
      '{ usageAnomalies(first: 100) { engine note apiKey { id prefix } day tokens usual score alarm } mlCapabilities { engine pgmlVersion } }';
    const { data, errors } = await users.ask(query, {}, admin);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      usageAnomalies: [
        {
          engine: 'builtin',
          note: null,
          apiKey: { id: keyId, prefix: 'cds_test' },
          day: expect.stringMatching(/T00:00:00\.000Z$/u),
          tokens: '7000',
          usual: '0',
          score: 7,
          alarm: true,
        },
      ],
      mlCapabilities: { engine: 'builtin', pgmlVersion: null },
    });
  });

  test.each(['{ me { forecast(days: 0) { engine } } }', '{ me { forecast(days: 366) { engine } } }'])(
    'refuses %s',
    async (query) => {
      const { errors } = await users.ask(query, {}, admin);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'days' });
    },
  );
});
