import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { recordAudit, type Actor } from './audit.ts';
import { NewPassword, parseInput } from './input.ts';
import type { Passwords } from './passwords.ts';
import { findPasswordHash, updatePassword } from './store/accounts.ts';
import { voidResetsOf } from './store/password-resets.ts';
import { revokeSessionsOf } from './store/sessions.ts';

const Change = z.object({ current: z.string().max(1024, 'must have at most 1024 characters'), next: NewPassword });

/**
 * Changes the caller's password and ends all reset links, and all sessions but the caller's own.
 * @throws StudioError BAD_USER_INPUT, also for a wrong current password; CONFLICT when it was changed at the same time
 */
export const changePassword = async (
  db: Database,
  passwords: Passwords,
  caller: { readonly userId: string; readonly sessionId: string },
  given: { readonly current: string; readonly next: string },
  actor: Actor,
): Promise<void> => {
  const { current, next } = parseInput(Change, given);
  const previousHash = await findPasswordHash(db, caller.userId);
  const verified = await passwords.verify(current, previousHash);
  // Not UNAUTHENTICATED: the session is good, and clients would end it.
  if (previousHash === null || !verified) {
    throw new StudioError('BAD_USER_INPUT', 'current is not your password.', { argument: 'current' });
  }
  const passwordHash = await passwords.hash(next);
  await db.transaction(async (transaction) => {
    if (!(await updatePassword(transaction, { id: caller.userId, previousHash, passwordHash }))) {
      throw new StudioError('CONFLICT', 'The password was changed at the same time.');
    }
    await revokeSessionsOf(transaction, caller.userId, 'password changed', caller.sessionId);
    await voidResetsOf(transaction, caller.userId);
    const event = { action: 'password.changed', targetKind: 'user', targetId: caller.userId };
    await recordAudit(transaction, actor, event);
  });
};

/**
 * Gives an account a password without knowing its own, and ends its sessions and reset links: for the operator of the
 * machine.
 * @throws StudioError BAD_USER_INPUT, NOT_FOUND; CONFLICT when it was changed at the same time
 */
export const setPassword = async (
  db: Database,
  passwords: Passwords,
  { userId, ...given }: { readonly userId: string; readonly password: string },
  actor: Actor,
): Promise<void> => {
  const { password } = parseInput(z.object({ password: NewPassword }), given);
  const passwordHash = await passwords.hash(password);
  await db.transaction(async (transaction) => {
    const previousHash = await findPasswordHash(transaction, userId);
    if (previousHash === null) throw new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });
    if (!(await updatePassword(transaction, { id: userId, previousHash, passwordHash }))) {
      throw new StudioError('CONFLICT', 'The password was changed at the same time.');
    }
    await revokeSessionsOf(transaction, userId, 'password changed');
    await voidResetsOf(transaction, userId);
    await recordAudit(transaction, actor, { action: 'password.set', targetKind: 'user', targetId: userId });
  });
};
