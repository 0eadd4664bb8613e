import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { recordAudit, type Actor, type AuditEvent } from './audit.ts';
import { isId } from './input.ts';
import type { UserMapper } from './mappers.ts';
import { accountsById, lockStandings, otherActiveAdmin, updateStanding } from './store/accounts.ts';
import { voidResetsOf } from './store/password-resets.ts';
import { revokeSessionsOf } from './store/sessions.ts';

/** What an admin may change of an account. */
export type StandingChange = Partial<Pick<UserMapper, 'role' | 'status'>>;

/** Whether a change leaves the account as one that may manage the others. */
const staysAdmin = ({ role, status }: Pick<UserMapper, 'role' | 'status'>): boolean =>
  role === 'ADMIN' && status === 'ACTIVE';

/** What became of an account, as the audit log names it. */
const eventsOf = (before: UserMapper, after: UserMapper): readonly AuditEvent[] => {
  const target = { targetKind: 'user', targetId: after.id };
  const roles = { from: before.role, to: after.role };
  return [
    ...(before.role === after.role ? [] : [{ ...target, action: 'user.role-changed', details: roles }]),
    ...(before.status === after.status
      ? []
      : [{ ...target, action: after.status === 'ACTIVE' ? 'user.activated' : 'user.suspended' }]),
  ];
};

/**
 * Changes role or status of an account; suspending it ends its sessions and reset links.
 * @throws StudioError NOT_FOUND, or CONFLICT when no active admin would be left
 */
export const changeStanding = (db: Database, id: string, change: StandingChange, actor: Actor): Promise<UserMapper> =>
  db.transaction(async (transaction) => {
    const unknown = (): StudioError => new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'id' });
    if (!isId(id)) throw unknown();
    await lockStandings(transaction);
    const before = (await accountsById(transaction, [id])).get(id);
    if (!before) throw unknown();
    const after = { ...before, ...change };
    if (staysAdmin(before) && !staysAdmin(after) && !(await otherActiveAdmin(transaction, id))) {
      throw new StudioError('CONFLICT', 'This is the last active admin: make another one first.', { argument: 'id' });
    }
    const changed = await updateStanding(transaction, after);
    if (!changed) throw unknown();
    if (changed.status === 'SUSPENDED') {
      await revokeSessionsOf(transaction, id, 'account suspended');
      await voidResetsOf(transaction, id);
    }
    for (const event of eventsOf(before, changed)) await recordAudit(transaction, actor, event);
    return changed;
  });
