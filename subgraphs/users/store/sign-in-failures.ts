import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** A try to sign in, as it is counted. */
export interface SignInTry {
  /** The e-mail address, as its HMAC. */
  readonly account: Buffer;
  readonly origin: string;
  /** Whether the account has been signed in to from there. */
  readonly known: boolean;
}

export interface SignInLimits {
  /** Failures of one origin without a penalty. */
  readonly free: number;
  readonly longestSeconds: number;
  /** What one try of an unknown origin adds to the account's bucket, and what the bucket holds. */
  readonly stepSeconds: number;
  readonly burstSeconds: number;
}

/** Takes a failure beforehand; answers the seconds to wait, or null when the try may go on. See `users.begin_sign_in`. */
export const beginSignIn = (db: Queries, { account, origin, known }: SignInTry, limits: SignInLimits) =>
  db.oneFirst(sql.type(z.object({ wait: z.int().nullable() }))`
    select users.begin_sign_in(${sql.binary(account)}, ${origin}, ${limits.free},
      make_interval(secs => ${limits.longestSeconds}), ${known}, make_interval(secs => ${limits.stepSeconds}),
      make_interval(secs => ${limits.burstSeconds})) as wait`);

/** Gives back what a try has taken that did not fail; one that was right forgets the failures of its origin. */
export const endSignIn = async (
  db: Queries,
  { account, origin, known }: SignInTry,
  right: boolean,
  { stepSeconds }: SignInLimits,
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    select users.end_sign_in(${sql.binary(account)}, ${origin}, ${right}, ${known},
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
