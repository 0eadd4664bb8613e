import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

const Factor = z.object({
  secret: z.instanceof(Buffer),
  confirmed: z.boolean(),
  lastStep: z.bigint().transform(Number),
  wrongCodes: z.int(),
  /** Since the first of the wrong codes. */
  wrongSeconds: z.number(),
});
export type Factor = z.infer<typeof Factor>;

/** A user's second factor, set up or confirmed, held to the end of the transaction; null for none. */
export const lockSecondFactor = (transaction: Queries, userId: string): Promise<Factor | null> =>
  transaction.maybeOne(sql.type(Factor)`
    select secret, confirmed_at is not null as confirmed, last_step as "lastStep", wrong_codes as "wrongCodes",
      extract(epoch from clock_timestamp() - wrong_since)::float8 as "wrongSeconds"
    from users.second_factors where user_id = ${userId} for update`);

/** Sets up a factor in place of one that was not confirmed; false, and nothing happens, when one is in force. */
export const putUnconfirmed = async (db: Queries, userId: string, secret: Buffer): Promise<boolean> => {
  const { rowCount } = await db.query(sql.type(Nothing)`
    insert into users.second_factors as f (user_id, secret) values (${userId}, ${sql.binary(secret)})
    on conflict (user_id) do update set secret = excluded.secret, created_at = clock_timestamp()
      where f.confirmed_at is null`);
  return rowCount > 0;
};

export const confirmSecondFactor = async (
  transaction: Queries,
  userId: string,
  step: number,
  recoveryHashes: readonly Buffer[],
): Promise<void> => {
  await transaction.query(sql.type(Nothing)`
    update users.second_factors set confirmed_at = clock_timestamp(), last_step = ${step} where user_id = ${userId}`);
  await transaction.query(sql.type(Nothing)`
    insert into users.recovery_codes (user_id, hash)
    values ${sql.join(
      recoveryHashes.map((hash) => sql.fragment`(${userId}, ${sql.binary(hash)})`),
      sql.fragment`, `,
    )}`);
};

/** Notes the step of the code that was accepted, and forgets the wrong ones. */
export const noteRightCode = async (transaction: Queries, userId: string, step: number): Promise<void> => {
  await transaction.query(sql.type(Nothing)`
    update users.second_factors set last_step = ${step}, wrong_codes = 0 where user_id = ${userId}`);
};

/** @param first whether it is the first since long */
export const noteWrongCode = async (transaction: Queries, userId: string, first: boolean): Promise<void> => {
  await transaction.query(
    first
      ? sql.type(Nothing)`
          update users.second_factors set wrong_codes = 1, wrong_since = clock_timestamp() where user_id = ${userId}`
      : sql.type(Nothing)`
          update users.second_factors set wrong_codes = wrong_codes + 1 where user_id = ${userId}`,
  );
};

/** Spends a recovery code; false when the user has no such one. */
export const takeRecoveryCode = async (transaction: Queries, userId: string, hash: Buffer): Promise<boolean> => {
  const { rowCount } = await transaction.query(sql.type(Nothing)`
    delete from users.recovery_codes where user_id = ${userId} and hash = ${sql.binary(hash)}`);
  return rowCount > 0;
};

/** Takes a user's factor away, with its recovery codes; answers whether one was in force. */
export const deleteSecondFactor = async (db: Queries, userId: string): Promise<boolean> => {
  const confirmed = await db.maybeOneFirst(sql.type(z.object({ confirmed: z.boolean() }))`
    delete from users.second_factors where user_id = ${userId} returning confirmed_at is not null as confirmed`);
  return confirmed ?? false;
};

/** Those of the users whose second factor is in force. */
export const secondFactorsByUser = async (
  db: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, boolean>> => {
  const found = await db.anyFirst(sql.type(z.object({ id: z.uuid() }))`
    select user_id as id from users.second_factors
    where user_id = any(${sql.array([...ids], 'uuid')}) and confirmed_at is not null`);
  return new Map(found.map((id) => [id, true]));
};
