import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Engine = z.enum(['builtin', 'pgml']);
const instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());

const Capabilities = z.object({
  engine: Engine,
  pgmlVersion: z.string().nullable(),
  trainedAt: instant.nullable(),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** What forecasts and scores are computed with. */
export const mlCapabilities = (db: Queries): Promise<Capabilities> =>
  db.one(sql.type(Capabilities)`
    select engine, pgml_version as "pgmlVersion", trained_at as "trainedAt" from ml.capabilities()`);

const Forecast = z.object({
  engine: Engine,
  note: z.string().nullable(),
  /** Full days since the first use, at most eight weeks. */
  historyDays: z.int(),
  tokens: z.array(z.bigint()),
});
/** `tokens` of each day, beginning with tomorrow (UTC). */
export type Forecast = z.infer<typeof Forecast>;

/**
 * The tokens that each of these users is likely to use.
 * @param today a day of UTC, `2026-11-22`
 */
export const forecastByUser = async (
  db: Queries,
  ids: readonly string[],
  today: string,
  days: number,
): Promise<ReadonlyMap<string, Forecast>> => {
  const rows = await db.any(sql.type(Forecast.extend({ id: z.uuid() }))`
    select i.id, f.engine, f.note, f.history_days as "historyDays", f.tokens
    from unnest(${sql.array([...ids], 'uuid')}) as i(id) cross join lateral ml.forecast(i.id, ${today}, ${days}) f`);
  return new Map(rows.map(({ id, ...forecast }) => [id, forecast]));
};

const Anomaly = z.object({
  keyId: z.uuid(),
  day: z.string(),
  engine: Engine,
  note: z.string().nullable(),
  tokens: z.bigint(),
  usual: z.bigint(),
  score: z.number(),
});

/** The keys that were used more than usual today or the day before, most unusual first. */
export const usageAnomalies = (
  db: Queries,
  today: string,
  first: number,
): Promise<readonly z.infer<typeof Anomaly>[]> =>
  db.any(sql.type(Anomaly)`
    select key_id as "keyId", day::text, engine, note, tokens, usual, score
    from ml.usage_anomalies(${today}, ${first})`);

/** Trains PostgresML where it is installed and was not trained lately; answers what was done. */
export const trainForecasts = (db: Queries): Promise<string> =>
  db.oneFirst(sql.type(z.object({ outcome: z.string() }))`select ml.train() as outcome`);
