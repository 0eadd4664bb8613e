import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** What an erasure has done and what is left; null for an account that is not erased. */
export const findErasure = async (
  db: Queries,
  userId: string,
): Promise<{ readonly userId: string; readonly requestedAt: string; readonly pending: string[] } | null> => {
  const found = await db.maybeOne(
    sql.type(z.object({ erasedAt: z.number(), pending: z.array(z.string()) }))`
      select a.erased_at as "erasedAt", array(
        select t.service from erasure.tasks t where t.user_id = a.id and t.done_at is null order by t.service
      ) as pending
      from users.accounts a where a.id = ${userId} and a.erased_at is not null`,
  );
  return found && { userId, requestedAt: new Date(found.erasedAt).toISOString(), pending: [...found.pending] };
};

/** Takes the person out of the account; what is deleted with it has to be deleted beside it. */
export const eraseAccount = async (transaction: Queries, userId: string): Promise<void> => {
  await transaction.query(sql.type(z.object({ erased: z.boolean() }))`select users.erase_account(${userId}) as erased`);
};

/** Deletes every way that a person could sign in by, and where it was used from. */
export const deleteCredentials = async (transaction: Queries, userId: string): Promise<void> => {
  await transaction.query(sql.type(Nothing)`delete from users.sessions where user_id = ${userId}`);
  await transaction.query(sql.type(Nothing)`delete from users.devices where user_id = ${userId}`);
  await transaction.query(sql.type(Nothing)`delete from users.second_factors where user_id = ${userId}`);
  await transaction.query(sql.type(Nothing)`delete from users.password_resets where user_id = ${userId}`);
  await transaction.query(sql.type(Nothing)`delete from users.oidc_identities where user_id = ${userId}`);
};
