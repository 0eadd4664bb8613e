import { createHmac } from 'node:crypto';
import { originOf } from '#mesh/address.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller, Client } from '#mesh/identity.ts';
import { recordBounded, recordFailedSignIn, type Actor } from './audit.ts';
import type { Devices } from './devices.ts';
import { Email } from './input.ts';
import type { Turn } from './passwords.ts';
import { findCredentials } from './store/accounts.ts';
import { beginSignIn, endSignIn, type SignInLimits, type SignInTry } from './store/sign-in-failures.ts';
import { isKnownOrigin } from './store/sessions.ts';

const LIMITS: SignInLimits = { free: 5, networkFree: 20, longestSeconds: 3_600, stepSeconds: 10, burstSeconds: 300 };

/** By how much an address of this machine may fail more: a proxy, or all programs of a developer, stand behind it. */
const LOOPBACK_FACTOR = 50;

/** Longer than any e-mail address of an account; not looked for in the database. */
const MAX_EMAIL = 254;

export interface SignInFailures {
  /**
   * Checks who signs in, unless too many such checks have failed: for this device or address alone, or, where the
   * account knows neither, for its network, or for all that it does not know together. Throws RATE_LIMITED, for known
   * and unknown e-mail addresses alike; otherwise what the check does.
   * @param check throws UNAUTHENTICATED when what was shown is wrong; anything else that it throws counts for nothing
   */
  guard<T>(attempt: Attempt, actor: Actor, check: (turn: Turn) => Promise<T>): Promise<T>;
  /**
   * The same for somebody who has signed in and shows the password once more, counted for the session: whoever has got
   * hold of one must not guess the password with it, nor keep its owner from another.
   * @param check throws BAD_USER_INPUT of `current`, `password` or `code` when that is wrong
   */
  guardProof<T>(
    caller: Pick<Caller, 'userId' | 'email'> & { readonly sessionId: string },
    actor: Actor,
    check: () => Promise<T>,
  ): Promise<T>;
}

interface Attempt {
  readonly email: string;
  readonly client: Client;
  readonly deviceToken: string | null;
}

const PROOFS: ReadonlyMap<unknown, string> = new Map([
  ['current', 'wrong password'],
  ['password', 'wrong password'],
  ['code', 'wrong code'],
]);

/** Why a check has failed that shows what only the user knows; undefined when it came to nothing. */
const flawOfProof = ({ code, extensions }: StudioError): string | undefined =>
  code === 'BAD_USER_INPUT' ? PROOFS.get(extensions['argument']) : undefined;

const tooMany = (seconds: number): StudioError =>
  new StudioError('RATE_LIMITED', `Too many sign-ins: try again in ${seconds} s.`, { retryAfterSeconds: seconds });

/** @param key of purpose `sign-in-failures` */
export const createSignInFailures = (db: Database, key: Buffer, devices: Devices): SignInFailures => {
  const accountOf = (email: string): Buffer => createHmac('sha256', key).update(email.toLowerCase()).digest();

  /** How a try is counted, and with which limits. */
  const placeOf = async ({ email, client, deviceToken }: Attempt): Promise<[SignInTry, SignInLimits]> => {
    const account = accountOf(email);
    const { key: address, network, loopback } = originOf(client.address ?? '');
    const askable = email.length <= MAX_EMAIL && !email.includes('\0');
    const device = askable ? await devices.known(email, deviceToken) : null;
    if (device !== null) return [{ account, origin: `device ${device}`, network: null }, LIMITS];
    const known = askable && (await isKnownOrigin(db, email, address));
    const factor = loopback ? LOOPBACK_FACTOR : 1;
    const limits = { ...LIMITS, free: LIMITS.free * factor, networkFree: LIMITS.networkFree * factor };
    return [{ account, origin: address, network: known ? null : `network ${network}` }, limits];
  };

  const counted = async <T>(
    attempt: SignInTry,
    limits: SignInLimits,
    check: () => Promise<T>,
    isWrong: (error: StudioError) => boolean,
  ): Promise<T> => {
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
    guard: async (given, actor, check) => {
      const [attempt, limits] = await placeOf(given);
      const wait = await beginSignIn(db, attempt, limits);
      if (wait !== null) {
        const account = Email.safeParse(given.email).success ? await findCredentials(db, given.email) : null;
        await recordFailedSignIn(db, actor, account?.id ?? null, 'too many failures');
        throw tooMany(wait);
      }
      const turn: Turn =
        attempt.network === null
          ? { known: true, who: attempt.account.toString('hex') }
          : { known: false, who: attempt.network };
      return counted(
        attempt,
        limits,
        () => check(turn),
        ({ code }) => code === 'UNAUTHENTICATED',
      );
    },
    guardProof: async ({ userId, email, sessionId }, actor, check) => {
      const attempt: SignInTry = { account: accountOf(email), origin: `session ${sessionId}`, network: null };
      const note = (reason: string): Promise<void> =>
        recordBounded(db, actor, {
          action: 'password-check.failed',
          targetKind: 'user',
          targetId: userId,
          details: { reason },
        });
      const wait = await beginSignIn(db, attempt, LIMITS);
      if (wait !== null) {
        await note('too many failures');
        throw tooMany(wait);
      }
      try {
        return await counted(attempt, LIMITS, check, (error) => flawOfProof(error) !== undefined);
      } catch (error) {
        const flaw = error instanceof StudioError ? flawOfProof(error) : undefined;
        if (flaw !== undefined) await note(flaw);
        throw error;
      }
    },
  };
};
