import { UniqueIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Role } from '#mesh/identity.ts';
import { recordAudit, recordFailedSignIn, type Actor } from './audit.ts';
import { count, Email, isId, NewPassword, parseInput, Reason } from './input.ts';
import type { UserMapper } from './mappers.ts';
import type { Passwords, Turn } from './passwords.ts';
import { accountsById, findCredentials, insertAccount } from './store/accounts.ts';
import { grantTokens, setMonthlyLimit } from './store/billing.ts';
import { isUnknownSubject } from './store/quotas.ts';

const NewAccount = z.object({
  email: Email,
  password: NewPassword,
  role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
  tokens: count(0),
});

const Limit = z.object({ tokens: count(0).nullable() });

const Grant = z.object({ tokens: count(1), reason: Reason.nullable() });

/** Longer than any that an account can have: refused before it costs a hash. */
const Login = z.object({
  email: z.string().max(254, 'must have at most 254 characters'),
  password: z.string().max(1024, 'must have at most 1024 characters'),
});

/** Somebody who has just shown the password. */
export interface Authenticated {
  readonly user: UserMapper;
  /** Of the password that was shown: it may be another by the time a session is opened. */
  readonly passwordHash: string;
}

export interface Accounts {
  /** The account of an e-mail address and its password. Throws UNAUTHENTICATED, the same for either being wrong. */
  authenticate(email: string, password: string, actor: Actor, turn: Turn): Promise<Authenticated>;
  /**
   * Makes an account with its balance.
   * Throws BAD_USER_INPUT, or CONFLICT when the e-mail address has an account.
   */
  create(
    input: { readonly email: string; readonly password: string; readonly role: Role; readonly tokens: number },
    actor: Actor,
  ): Promise<UserMapper>;
  /** Adds to a user's prepaid tokens. Throws BAD_USER_INPUT or NOT_FOUND. */
  grant(
    input: { readonly userId: string; readonly tokens: number; readonly reason: string | null },
    actor: Actor,
  ): Promise<UserMapper>;
  /** Limits the tokens of a calendar month; null for no limit. Throws BAD_USER_INPUT or NOT_FOUND. */
  limitMonth(userId: string, tokens: number | null, actor: Actor): Promise<UserMapper>;
}

const unknownUser = (): StudioError => new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });

/** @throws StudioError NOT_FOUND */
const accountOf = async (db: Queries, userId: string): Promise<UserMapper> => {
  const user = isId(userId) ? (await accountsById(db, [userId])).get(userId) : undefined;
  if (!user) throw unknownUser();
  return user;
};

/** What changes the budget of an account. @throws StudioError NOT_FOUND for one that is erased, too */
const budgeting = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw isUnknownSubject(error) ? unknownUser() : error;
  }
};

export const createAccounts = (db: Database, passwords: Passwords): Accounts => ({
  authenticate: async (email, password, actor, turn) => {
    parseInput(Login, { email, password });
    // What is no e-mail address has no account; it is answered after the same work.
    const account = Email.safeParse(email).success ? await findCredentials(db, email) : null;
    const verified = await passwords.verify(password, account?.passwordHash ?? null, turn);
    if (!account || !verified) {
      await recordFailedSignIn(db, actor, account?.id ?? null, account ? 'wrong password' : 'unknown account');
      throw new StudioError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.', {
        argument: 'password',
      });
    }
    const { passwordHash, ...user } = account;
    // Only whoever knows the password learns this.
    if (user.status !== 'ACTIVE') {
      await recordFailedSignIn(db, actor, user.id, 'suspended account');
      throw new StudioError('UNAUTHENTICATED', 'This account is suspended: ask an admin.');
    }
    return { user, passwordHash };
  },

  create: async (input, actor) => {
    const { email, password, role, tokens } = parseInput(NewAccount, input);
    const passwordHash = await passwords.hash(password);
    try {
      return await db.transaction(async (transaction) => {
        const user = await insertAccount(transaction, { email, passwordHash, role });
        await grantTokens(transaction, { userId: user.id, tokens, reason: 'account made', by: actor.userId });
        const event = { action: 'user.created', targetKind: 'user', targetId: user.id, details: { role, tokens } };
        await recordAudit(transaction, actor, event);
        return user;
      });
    } catch (error) {
      if (error instanceof UniqueIntegrityConstraintViolationError) {
        throw new StudioError('CONFLICT', 'There is an account with this e-mail address already.', {
          argument: 'email',
        });
      }
      throw error;
    }
  },

  grant: async ({ userId, ...given }, actor) => {
    const { tokens, reason } = parseInput(Grant, given);
    return db.transaction(async (transaction) => {
      const user = await accountOf(transaction, userId);
      if (!(await budgeting(grantTokens(transaction, { userId, tokens, reason, by: actor.userId })))) {
        throw new StudioError('BAD_USER_INPUT', 'tokens would raise the balance beyond 2147483647.', {
          argument: 'tokens',
        });
      }
      const event = { action: 'tokens.granted', targetKind: 'user', targetId: userId, details: { tokens } };
      await recordAudit(transaction, actor, event);
      return user;
    });
  },

  limitMonth: async (userId, limit, actor) => {
    const { tokens } = parseInput(Limit, { tokens: limit });
    return db.transaction(async (transaction) => {
      const user = await accountOf(transaction, userId);
      await budgeting(setMonthlyLimit(transaction, userId, tokens));
      const event = { action: 'monthly-limit.set', targetKind: 'user', targetId: userId, details: { tokens } };
      await recordAudit(transaction, actor, event);
      return user;
    });
  },
});
