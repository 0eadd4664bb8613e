import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Owner = z.object({ userId: z.uuid() });

/** Holds an account that may sign in to the end of the transaction, as whoever makes, uses or ends a link does. */
export const lockActiveAccount = async (transaction: Queries, userId: string): Promise<boolean> => {
  const found = await transaction.maybeOneFirst(sql.type(z.object({ id: z.uuid() }))`
    select id from users.accounts where id = ${userId} and status = 'ACTIVE' for update`);
  return found !== null;
};

/** Links that were mailed to a user within the hour. */
export const mailedResets = async (db: Queries, userId: string): Promise<number> =>
  Number(
    await db.oneFirst(sql.type(z.object({ count: z.bigint() }))`
      select count(*) from users.password_resets
      where user_id = ${userId} and mailed and created_at > clock_timestamp() - interval '1 hour'`),
  );

/** Makes every link of a user void. */
export const voidResetsOf = async (transaction: Queries, userId: string): Promise<void> => {
  await transaction.query(sql.type(Nothing)`
    update users.password_resets set ended_at = clock_timestamp() where user_id = ${userId} and ended_at is null`);
};

/** Adds a link beside those that are in force: whoever asks for one by mail must not end another's. Answers when it ends. */
export const insertReset = async (
  transaction: Queries,
  reset: {
    readonly userId: string;
    readonly hash: Buffer;
    readonly mailed: boolean;
    readonly lifetimeSeconds: number;
  },
): Promise<string> => {
  const expiresAt = await transaction.oneFirst(sql.type(z.object({ expiresAt: z.number() }))`
    insert into users.password_resets (hash, user_id, mailed, expires_at)
    values (${sql.binary(reset.hash)}, ${reset.userId}, ${reset.mailed},
      clock_timestamp() + make_interval(secs => ${reset.lifetimeSeconds}))
    returning expires_at as "expiresAt"`);
  return new Date(expiresAt).toISOString();
};

const inForce = sql.fragment`
  ended_at is null and expires_at > clock_timestamp()
  and exists (select from users.accounts a where a.id = user_id and a.status = 'ACTIVE')`;

/** Whose link it is, if it is in force and its account may sign in. */
export const ownerOfReset = (db: Queries, hash: Buffer): Promise<string | null> =>
  db.maybeOneFirst(sql.type(Owner)`
    select user_id as "userId" from users.password_resets where hash = ${sql.binary(hash)} and ${inForce}`);

/** Spends a link; false when it is not in force, or was spent at the same moment. */
export const takeReset = async (transaction: Queries, hash: Buffer): Promise<boolean> => {
  const { rowCount } = await transaction.query(sql.type(Nothing)`
    update users.password_resets set ended_at = clock_timestamp() where hash = ${sql.binary(hash)} and ${inForce}`);
  return rowCount > 0;
};

export const setPasswordHash = async (transaction: Queries, userId: string, passwordHash: string): Promise<void> => {
  await transaction.query(sql.type(Nothing)`
    update users.accounts set password_hash = ${passwordHash} where id = ${userId}`);
};

/** Forgets links that are over and count for no limit any more. */
export const deleteOldResets = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.password_resets where hash in (
      select hash from users.password_resets where created_at < clock_timestamp() - interval '1 hour'
      order by created_at limit 100 for update skip locked)`);
};
