import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** A try to sign in, as it is counted. */
export interface SignInTry {
  /** The e-mail address, as its HMAC. */
  readonly account: Buffer;
  readonly origin: string;
  /** Where an unknown origin stands; null for one that the account knows, or whose network says nothing. */
  readonly network: string | null;
}

export interface SignInLimits {
  /** Failures of one origin, and of one network, without a penalty. */
  readonly free: number;
  readonly networkFree: number;
  readonly longestSeconds: number;
  /** What one try of an unknown origin adds to the account's bucket, and what the bucket holds. */
  readonly stepSeconds: number;
  readonly burstSeconds: number;
}

/** Takes a failure beforehand; answers the seconds to wait, or null when the try may go on. See `users.begin_sign_in`. */
export const beginSignIn = (db: Queries, { account, origin, network }: SignInTry, limits: SignInLimits) =>
  db.oneFirst(sql.type(z.object({ wait: z.int().nullable() }))`
    select users.begin_sign_in(${sql.binary(account)}, ${origin}, ${network}, ${limits.free}, ${limits.networkFree},
      make_interval(secs => ${limits.longestSeconds}), make_interval(secs => ${limits.stepSeconds}),
      make_interval(secs => ${limits.burstSeconds})) as wait`);

/** Gives back what a try has taken that did not fail; one that was right forgets the failures of its origin. */
export const endSignIn = async (
  db: Queries,
  { account, origin, network }: SignInTry,
  right: boolean,
  { stepSeconds }: SignInLimits,
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    select users.end_sign_in(${sql.binary(account)}, ${origin}, ${network}, ${right},
      make_interval(secs => ${stepSeconds}))`);
};

/** Forgets failures a day after the last one of an account and origin. */
export const deleteOldSignInFailures = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.sign_in_failures where (account, origin) in (
      select account, origin from users.sign_in_failures where last_at < clock_timestamp() - interval '1 day'
      order by last_at limit 1000 for update skip locked)`);
  await db.query(sql.type(Nothing)`
    delete from users.sign_in_pressure where account in (
      select account from users.sign_in_pressure where empty_at < clock_timestamp()
      order by empty_at limit 1000 for update skip locked)`);
};
