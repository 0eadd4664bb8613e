import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { setQuota } from './quotas.ts';

const tokens = z.bigint().transform(Number);
const Balance = z.object({ granted: tokens, reserved: tokens, spent: tokens });
export type Balance = z.infer<typeof Balance>;
const BalanceOf = Balance.extend({ userId: z.uuid() });

/** The prepaid tokens of many users in one query; a user without any has zeros. */
export const balancesByUser = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, Balance>> => {
  const rows = await db.any(sql.type(BalanceOf)`
    select u.id as "userId", b.granted, b.reserved, b.spent
    from unnest(${sql.array([...ids], 'uuid')}) as u(id) cross join lateral billing.balance(u.id) b`);
  return new Map(rows.map(({ userId, ...balance }) => [userId, balance]));
};

/** The monthly limits of those of these users who have one. */
export const monthlyLimitsByUser = async (
  db: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await db.any(sql.type(z.object({ userId: z.uuid(), limit: tokens }))`
    select u.id as "userId", q.limit_units as "limit"
    from unnest(${sql.array([...ids], 'uuid')}) as u(id)
    cross join lateral billing.quotas(array['user:' || u.id]) q
    where q.model_id is null and q.unit = 'tokens' and q.period = 'month'`);
  return new Map(rows.map(({ userId, limit }) => [userId, limit]));
};

/** @param limit tokens in a calendar month; null for no limit */
export const setMonthlyLimit = async (db: Queries, userId: string, limit: number | null): Promise<void> => {
  const subject = `user:${userId}` as const;
  if (limit !== null) {
    await setQuota(db, { subject, model: null, unit: 'tokens', period: 'month', limit });
    return;
  }
  await db.query(sql.type(z.object({}))`
    select billing.remove_quota(q.id) from billing.quotas(array[${subject}]) q
    where q.model_id is null and q.unit = 'tokens' and q.period = 'month'`);
};

const Price = z.object({
  model: z.string(),
  /** Micro-credits a token. */
  prompt: z.bigint(),
  completion: z.bigint(),
  /** Milliseconds. */
  since: z.number(),
});
/** What a token of a model costs. */
export type ModelPrice = Readonly<z.infer<typeof Price>>;

/** The models that were given a price. */
export const modelPrices = (db: Queries): Promise<readonly ModelPrice[]> =>
  db.any(sql.type(Price)`
    select model_id as model, price_in as prompt, price_out as completion, since from billing.model_prices()`);

/** The same of those models that are for somebody. */
export const modelPricesFor = (db: Queries, userId: string, role: string): Promise<readonly ModelPrice[]> =>
  db.any(sql.type(Price)`
    select model_id as model, price_in as prompt, price_out as completion, since
    from billing.model_prices_for(${userId}::uuid, ${role})`);

/** Sets a model's price for requests from now on. */
export const setModelPrice = async (db: Queries, price: Omit<ModelPrice, 'since'>): Promise<ModelPrice> => {
  const since = await db.oneFirst(sql.type(Price.pick({ since: true }))`
    select billing.set_model_price(${price.model}, ${price.prompt}, ${price.completion}) as since`);
  return { ...price, since };
};

export interface Grant {
  readonly userId: string;
  /** 0 opens an empty balance. */
  readonly tokens: number;
  readonly reason: string | null;
  /** The admin who grants; null for the installation itself. */
  readonly by: string | null;
}

/** Adds to a user's prepaid tokens and to the ledger; false, and nothing happens, when the sum would exceed an Int. */
export const grantTokens = async (db: Queries, grant: Grant): Promise<boolean> => {
  const granted = await db.oneFirst(sql.type(z.object({ granted: z.bigint().nullable() }))`
    select billing.grant_tokens(${grant.userId}, ${grant.tokens}, ${grant.reason}, ${grant.by}) as granted`);
  return granted !== null;
};

/** Closes one reservation whose worker is gone; false when there is none. A transaction of its own. */
export const reapOne = async (db: Queries): Promise<boolean> => {
  const request = await db.oneFirst(
    sql.type(z.object({ request: z.uuid().nullable() }))`select billing.reap() as request`,
  );
  return request !== null;
};
