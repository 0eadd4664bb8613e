import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { seal, unseal } from '#mesh/sealed.ts';
import { recordAudit, recordFailedSignIn, type Actor } from './audit.ts';
import { isId, parseInput } from './input.ts';
import type { UserMapper } from './mappers.ts';
import type { Passwords } from './passwords.ts';
import { accountsById, findPasswordHash } from './store/accounts.ts';
import {
  confirmSecondFactor,
  deleteSecondFactor,
  lockSecondFactor,
  noteRightCode,
  noteWrongCode,
  putUnconfirmed,
  takeRecoveryCode,
  type Factor,
} from './store/second-factors.ts';
import { revokeSessionsOf } from './store/sessions.ts';
import { hashOfRecoveryCode, newRecoveryCodes, newTotp, stepOfCode } from './totp.ts';

/** Wrong codes of one account, from wherever: only who knows the password can give them, and then locks the door. */
const MAX_WRONG = 10;
const WRONG_SECONDS = 900;

const Code = z.object({ code: z.string().max(64, 'must have at most 64 characters') });
const Password = z.object({ password: z.string().max(1024, 'must have at most 1024 characters') });

type Outcome =
  | { readonly outcome: 'passed' | 'required' | 'wrong' }
  | { readonly outcome: 'too many'; readonly retryAfterSeconds: number };

export interface SecondFactor {
  /** Sets up an authenticator that is not in force yet. Throws BAD_USER_INPUT for a wrong password, or CONFLICT. */
  begin(
    user: { readonly userId: string; readonly email: string },
    password: string,
  ): Promise<ReturnType<typeof newTotp>>;
  /**
   * Puts it in force, ends the user's other sessions, which nobody has shown a code for, and answers the recovery codes.
   * Throws BAD_USER_INPUT for a wrong code, or CONFLICT.
   */
  confirm(
    caller: { readonly userId: string; readonly sessionId: string },
    code: string,
    actor: Actor,
  ): Promise<readonly string[]>;
  /**
   * Turns it off. Throws BAD_USER_INPUT for a wrong password or code, SECOND_FACTOR_REQUIRED without a code where one is
   * in force, RATE_LIMITED after too many wrong ones.
   */
  disable(
    userId: string,
    given: { readonly password: string; readonly code: string | null },
    actor: Actor,
  ): Promise<void>;
  /**
   * Asks whoever has shown the password for a code, if the account has a second factor; each code is good once.
   * Throws SECOND_FACTOR_REQUIRED without a code, UNAUTHENTICATED for a wrong one, RATE_LIMITED after too many.
   */
  check(userId: string, code: string | null, actor: Actor): Promise<void>;
}

const targetOf = (userId: string) => ({ targetKind: 'user', targetId: userId });

/** @param sealingKey the key of purpose `totp` */
export const createSecondFactor = ({
  db,
  passwords,
  sealingKey,
}: {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly sealingKey: Buffer;
}): SecondFactor => {
  const provePassword = async (userId: string, given: string): Promise<void> => {
    const { password } = parseInput(Password, { password: given });
    const hashed = await findPasswordHash(db, userId);
    // Not UNAUTHENTICATED: the session is good, and clients would end it.
    if (!(await passwords.verify(password, hashed))) {
      throw new StudioError('BAD_USER_INPUT', 'password is not your password.', { argument: 'password' });
    }
  };

  /** The step of a code that was not used before; null for any other. */
  const freshStep = (userId: string, { secret, lastStep }: Factor, code: string): number | null => {
    const step = stepOfCode(unseal(sealingKey, userId, secret), code, Date.now());
    return step !== null && step > lastStep ? step : null;
  };

  /** False for a wrong code. Throws as `check` does otherwise. */
  const passes = async (userId: string, given: string | null, actor: Actor): Promise<boolean> => {
    const { code } = parseInput(Code, { code: given ?? '' });
    // What is refused is thrown afterwards, since the count of wrong codes has to stay.
    const result = await db.transaction(async (transaction): Promise<Outcome> => {
      const factor = await lockSecondFactor(transaction, userId);
      if (!factor?.confirmed) return { outcome: 'passed' };
      if (code.trim() === '') return { outcome: 'required' };
      const counted = factor.wrongCodes > 0 && factor.wrongSeconds < WRONG_SECONDS;
      if (counted && factor.wrongCodes >= MAX_WRONG) {
        return { outcome: 'too many', retryAfterSeconds: Math.ceil(WRONG_SECONDS - factor.wrongSeconds) };
      }
      const step = freshStep(userId, factor, code);
      if (step !== null) {
        await noteRightCode(transaction, userId, step);
        return { outcome: 'passed' };
      }
      const hash = hashOfRecoveryCode(code);
      if (hash && (await takeRecoveryCode(transaction, userId, hash))) {
        await recordAudit(transaction, actor, { action: 'second-factor.recovery-code-used', ...targetOf(userId) });
        return { outcome: 'passed' };
      }
      await noteWrongCode(transaction, userId, !counted);
      return { outcome: 'wrong' };
    });
    switch (result.outcome) {
      case 'passed':
        return true;
      case 'wrong':
        return false;
      case 'required':
        throw new StudioError('SECOND_FACTOR_REQUIRED');
      case 'too many':
        await recordFailedSignIn(db, actor, userId, 'too many wrong codes');
        throw new StudioError('RATE_LIMITED', `Too many wrong codes: try again in ${result.retryAfterSeconds} s.`, {
          retryAfterSeconds: result.retryAfterSeconds,
        });
    }
  };

  return {
    begin: async ({ userId, email }, password) => {
      await provePassword(userId, password);
      const totp = newTotp(email);
      if (!(await putUnconfirmed(db, userId, seal(sealingKey, userId, totp.secret)))) {
        throw new StudioError('CONFLICT', 'Your second factor is on: turn it off first.');
      }
      return totp;
    },

    confirm: async ({ userId, sessionId }, given, actor) => {
      const { code } = parseInput(Code, { code: given });
      return db.transaction(async (transaction) => {
        const factor = await lockSecondFactor(transaction, userId);
        if (!factor) throw new StudioError('CONFLICT', 'There is nothing to confirm: begin with beginTotp.');
        if (factor.confirmed) throw new StudioError('CONFLICT', 'Your second factor is on already.');
        const step = freshStep(userId, factor, code);
        if (step === null) {
          throw new StudioError('BAD_USER_INPUT', 'code is not what the authenticator shows now.', {
            argument: 'code',
          });
        }
        const codes = newRecoveryCodes();
        const hashes = codes.flatMap((one) => hashOfRecoveryCode(one) ?? []);
        await confirmSecondFactor(transaction, userId, step, hashes);
        await revokeSessionsOf(transaction, userId, 'second factor enabled', sessionId);
        await recordAudit(transaction, actor, { action: 'second-factor.enabled', ...targetOf(userId) });
        return codes;
      });
    },

    disable: async (userId, { password, code }, actor) => {
      await provePassword(userId, password);
      if (!(await passes(userId, code, actor))) {
        throw new StudioError('BAD_USER_INPUT', 'code is wrong, or was used already.', { argument: 'code' });
      }
      await db.transaction(async (transaction) => {
        if (!(await deleteSecondFactor(transaction, userId))) return;
        await recordAudit(transaction, actor, { action: 'second-factor.disabled', ...targetOf(userId) });
      });
    },

    check: async (userId, given, actor) => {
      if (await passes(userId, given, actor)) return;
      await recordFailedSignIn(db, actor, userId, 'wrong code');
      throw new StudioError('UNAUTHENTICATED', 'The code is wrong, or was used already.');
    },
  };
};

/**
 * Takes the second factor from a user who has lost it and ends the user's sessions, also where there was none.
 * @throws StudioError NOT_FOUND
 */
export const resetSecondFactor = (db: Database, userId: string, actor: Actor): Promise<UserMapper> =>
  db.transaction(async (transaction) => {
    const user = isId(userId) ? (await accountsById(transaction, [userId])).get(userId) : undefined;
    if (!user) throw new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });
    await deleteSecondFactor(transaction, userId);
    await revokeSessionsOf(transaction, userId, 'second factor reset');
    await recordAudit(transaction, actor, { action: 'second-factor.reset', ...targetOf(userId) });
    return user;
  });
