import { createHmac } from 'node:crypto';
import { originOf } from '#mesh/address.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import { beginSignIn, endSignIn, type SignInLimits, type SignInTry } from './store/sign-in-failures.ts';
import { isKnownOrigin } from './store/sessions.ts';

const LIMITS: SignInLimits = { free: 5, longestSeconds: 3_600, stepSeconds: 10, burstSeconds: 300 };

/** By how much an address of this machine may fail more: a proxy, or all programs of a developer, stand behind it. */
const LOOPBACK_FACTOR = 50;

/** Longer than any e-mail address of an account; not looked for in the database. */
const MAX_EMAIL = 254;

export interface SignInFailures {
  /**
   * Checks who signs in, unless too many such checks have failed: for this address alone, or, where the account does
   * not know it, for all addresses that it does not know together. Throws RATE_LIMITED, for known and unknown e-mail
   * addresses alike; otherwise what the check does.
   * @param check throws UNAUTHENTICATED when what was shown is wrong; anything else that it throws counts for nothing
   */
  guard<T>(attempt: Attempt, check: () => Promise<T>): Promise<T>;
  /**
   * The same for somebody who has signed in and shows the password once more: whoever has got hold of a session must not
   * guess the password with it.
   * @param check throws BAD_USER_INPUT of `current` or `password` when that is wrong
   */
  guardProof<T>(attempt: Attempt, check: () => Promise<T>): Promise<T>;
}

interface Attempt {
  readonly email: string;
  readonly client: Client;
}

const PROOFS: readonly unknown[] = ['current', 'password'];

/** @param key of purpose `sign-in-failures` */
export const createSignInFailures = (db: Database, key: Buffer): SignInFailures => {
  const counted = async <T>(
    { email, client }: Attempt,
    check: () => Promise<T>,
    isWrong: (error: StudioError) => boolean,
  ): Promise<T> => {
    const origin = originOf(client.address ?? '');
    const limits = origin.loopback ? { ...LIMITS, free: LIMITS.free * LOOPBACK_FACTOR } : LIMITS;
    const askable = email.length <= MAX_EMAIL && !email.includes('\0');
    const attempt: SignInTry = {
      account: createHmac('sha256', key).update(email.toLowerCase()).digest(),
      origin: origin.key,
      known: askable && (await isKnownOrigin(db, email, origin.key)),
    };
    const wait = await beginSignIn(db, attempt, limits);
    if (wait !== null) throw new StudioError('RATE_LIMITED', 'Too many sign-ins.', { retryAfterSeconds: wait });
    try {
      const result = await check();
      await endSignIn(db, attempt, true, limits);
      return result;
    } catch (error) {
      // What came to neither right nor wrong, such as a full queue, or a second factor that is still to come.
      if (!(error instanceof StudioError && isWrong(error))) await endSignIn(db, attempt, false, limits);
      throw error;
    }
  };
  return {
    guard: (attempt, check) => counted(attempt, check, ({ code }) => code === 'UNAUTHENTICATED'),
    guardProof: (attempt, check) =>
      counted(
        attempt,
        check,
        ({ code, extensions }) => code === 'BAD_USER_INPUT' && PROOFS.includes(extensions['argument']),
      ),
  };
};
