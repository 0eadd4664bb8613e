import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import {
  forecastByUser,
  mlCapabilities,
  trainForecasts,
  usageAnomalies,
  type Forecast,
} from '#subgraphs/users/store/forecast.ts';
import { insertKey, writeBill } from '#tests/harness/bill.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { insertUser } from '#tests/harness/users.ts';

/**
 * Functions with the names, arguments, defaults and result columns of PostgresML 2.10 (pgml-extension/src/api.rs), that
 * write down how they were called. There is no PostgresML in this test: it shows that what `ml` EXECUTEs is a call that
 * such functions take, and what becomes of their answers and errors. It shows nothing about what PostgresML does.
 */
const SIGNATURES = `
create schema pgml;
create type pgml.algorithm as enum ('linear', 'xgboost');
create type pgml.search as enum ('grid', 'random');
create type pgml.sampling as enum ('random', 'last', 'stratified');
create type pgml.runtime as enum ('python', 'rust');
create table pgml.calls (what text, arguments jsonb);
create function pgml.train(project_name text, task text default null, relation_name text default null,
  y_column_name text default null, algorithm pgml.algorithm default 'linear', hyperparams jsonb default '{}',
  search pgml.search default null, search_params jsonb default '{}', search_args jsonb default '{}',
  test_size real default 0.25, test_sampling pgml.sampling default 'stratified', runtime pgml.runtime default null,
  automatic_deploy boolean default true, materialize_snapshot boolean default false, preprocess jsonb default '{}')
returns table (project text, task_ text, algorithm_ text, deployed boolean) language plpgsql as $$
declare
  v_columns jsonb;
begin
  -- What becomes a feature, in its order: every column of the relation but the one to predict.
  select jsonb_agg(a.attname order by a.attnum) into v_columns from pg_attribute a
    where a.attrelid = train.relation_name::regclass and a.attnum > 0 and a.attname <> y_column_name;
  execute format('select count(%I) from %s', y_column_name, train.relation_name::regclass);
  insert into pgml.calls values ('train', jsonb_build_object('project_name', project_name, 'task', task,
    'relation_name', relation_name, 'y_column_name', y_column_name, 'algorithm', algorithm,
    'test_sampling', test_sampling, 'features', v_columns));
  return query select project_name, task, algorithm::text, true;
end
$$;
-- Twice the tokens of the same weekday of last week, so that each day's features can be told from the answer.
create function pgml.predict(project_name text, features real[]) returns real
language sql immutable strict parallel safe as $$ select features[1] * 2 $$;
create function pgml.predict(project_name text, features double precision[]) returns real
language sql immutable strict parallel safe as $$ select 0::real $$;
`;
/** What `ml` finds where the extension is; here there is only a schema of its name. */
const PRESENT = `create or replace function ml.engine() returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select 'pgml' $$`;

const predictWith = (body: string): string =>
  `create or replace function pgml.predict(project_name text, features real[]) returns real
   language plpgsql immutable strict parallel safe as $$ begin ${body} end $$`;

const DAY_MS = 86_400_000;
let database: TestDatabase;
let db: Database;
let userId: string;
let keyId: string;
let today: string;
const yesterdayIs = 100;

const forecast = async (days: number): Promise<Forecast | undefined> =>
  (await forecastByUser(db, [userId], today, days)).get(userId);

beforeAll(async () => {
  database = await freshDatabase();
  db = await openPool(serviceAddress(database.url, 'users', database.secret), createLog('test', 'silent'));
  userId = await insertUser(database, 'ada@devstudio.test');
  keyId = await insertKey(database, userId, '2026-01-01T00:00:00Z');
  today = new Date().toISOString().slice(0, 10);
  // 90 days: yesterday 100 tokens, the day before 101, …
  await writeBill(
    database,
    Array.from({ length: 90 }, (_, n) => ({
      userId,
      keyId,
      at: new Date(Date.parse(`${today}T12:00:00Z`) - (n + 1) * DAY_MS).toISOString(),
      prompt: yesterdayIs + n,
    })),
  );
  await database.sql(SIGNATURES);
  await database.sql(PRESENT);
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

describe('against functions with the signatures of PostgresML 2.10, which are not PostgresML', () => {
  test('forecasts are built-in and say so until it is trained', async () => {
    expect(await forecast(1)).toMatchObject({ engine: 'builtin', note: 'PostgresML is not trained yet.' });
    expect(await mlCapabilities(db)).toEqual({ engine: 'pgml', pgmlVersion: null, trainedAt: null });
  });

  test('training names project, task, relation and column, once a day', async () => {
    expect(await trainForecasts(db)).toBe('trained');
    expect(await trainForecasts(db)).toBe('not due');
    expect(await database.sql('select * from pgml.calls')).toEqual([
      {
        what: 'train',
        arguments: {
          project_name: 'devstudio_usage',
          task: 'regression',
          relation_name: 'ml.usage_features',
          y_column_name: 'tokens',
          algorithm: 'linear',
          test_sampling: 'last',
          features: ['same_weekday', 'week_mean', 'month_mean', 'weekend'],
        },
      },
    ]);
    expect(await mlCapabilities(db)).toMatchObject({ trainedAt: expect.stringMatching(/Z$/u) });
  });

  test('what is learnt from names nobody and has the days before in each row', async () => {
    const rows = await database.sql('select * from ml.usage_features order by tokens');
    expect(rows).toHaveLength(90 - 28);
    // Yesterday: a week before it were 107 tokens, in the week before it 101 to 107, in the 28 days 101 to 128.
    expect(rows[0]).toEqual({
      same_weekday: 107,
      week_mean: 104,
      month_mean: 114.5,
      weekend: expect.any(Number),
      tokens: 100,
    });
  });

  test('a forecast gives the features of each day, its own predictions among them', async () => {
    // Today's own week before: 106, tomorrow's 105, …; from the eighth day on its own: twice today's 212.
    expect(await forecast(8)).toEqual({
      engine: 'pgml',
      note: null,
      historyDays: 28,
      tokens: [105n, 104n, 103n, 102n, 101n, 100n, 212n, 210n].map((tokens) => tokens * 2n),
    });
  });

  test('the means and the weekend are the other features', async () => {
    await database.sql(predictWith('return round(features[2] * 1000) + round(features[3]) + features[4] / 4;'));
    const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + DAY_MS);
    // Today, from 100 to 106 (mean 103) and 100 to 127 (113.5): 103114. Tomorrow has that among its days.
    const weekend = (day: Date): number => ([0, 6].includes(day.getUTCDay()) ? 0.25 : 0);
    const first = 103_114 + weekend(new Date(`${today}T00:00:00Z`));
    const week = (615 + first) / 7;
    const month = (3_051 + first) / 28;
    const expected = Math.round(week * 1_000) + Math.round(month) + weekend(tomorrow);
    const found = await forecast(1);
    expect(found?.engine).toBe('pgml');
    expect(Math.abs(Number(found?.tokens[0]) - expected)).toBeLessThan(expected / 1e5);
  });

  test('a score is measured from what was predicted', async () => {
    await database.sql(predictWith('return 4000;'));
    await writeBill(database, [{ userId, keyId, at: `${today}T00:00:00Z`, prompt: 24_000 }]);
    // The spread is the least there is: 1000.
    expect(await usageAnomalies(db, today, 5)).toEqual([
      { keyId, day: today, engine: 'pgml', note: null, tokens: 24_000n, usual: 4_000n, score: 20 },
    ]);
  });

  test.each([
    ['an error', "raise exception 'no deployed model';"],
    ['nothing', 'return null;'],
    ['what is no number', "return 'NaN';"],
    ['more than can be', "return 'Infinity';"],
  ])('when %s comes of it, the built-in engine answers and says so', async (_what, body) => {
    await database.sql(predictWith(body));
    const note = expect.stringMatching(/^PostgresML failed \(SQLSTATE [0-9A-Z]{5}\)\.$/u);
    const found = await forecast(2);
    expect(found).toMatchObject({ engine: 'builtin', note });
    expect(found?.tokens).toHaveLength(2);
    expect((await usageAnomalies(db, today, 5))[0]).toMatchObject({ engine: 'builtin', note });
  });

  test('when the functions are gone, nothing else is', async () => {
    await database.sql('drop schema pgml cascade');
    await database.sql("update ml.training set tried_at = now() - interval '1 day'");
    expect(await forecast(1)).toMatchObject({ engine: 'builtin', note: 'PostgresML failed (SQLSTATE 3F000).' });
    expect(await trainForecasts(db)).toBe('failed');
    expect(await trainForecasts(db)).toBe('not due');
    const [row] = await database.sql('select trained_at from ml.training');
    expect(z.date().safeParse(row?.['trained_at']).success).toBe(true);
  });
});
