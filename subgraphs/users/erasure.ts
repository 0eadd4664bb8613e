import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { recordAudit, type Actor } from './audit.ts';
import { isId } from './input.ts';
import { accountsById, lockStandings, otherActiveAdmin } from './store/accounts.ts';
import { deleteCredentials, eraseAccount, findErasure } from './store/erasure.ts';

export interface Erasure {
  readonly userId: string;
  readonly requestedAt: string;
  /** The services that have still to erase what they keep. */
  readonly pending: string[];
}

/**
 * Erases a person at once from this service and puts the others' part on their list. The account's id stays, since the
 * ledger is under it. Repeated, it says what is left.
 * @param email the account's, to confirm that the right one is meant
 * @throws StudioError NOT_FOUND, BAD_USER_INPUT for another e-mail address, or CONFLICT for the last active admin
 */
export const eraseUser = (
  db: Database,
  { id, email }: { readonly id: string; readonly email: string },
  actor: Actor,
): Promise<Erasure> =>
  db.transaction(async (transaction) => {
    const unknown = (): StudioError => new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'id' });
    if (!isId(id)) throw unknown();
    await lockStandings(transaction);
    const before = await findErasure(transaction, id);
    if (before) return before;
    const user = (await accountsById(transaction, [id])).get(id);
    if (!user) throw unknown();
    if (user.email.toLowerCase() !== email.trim().toLowerCase()) {
      throw new StudioError('BAD_USER_INPUT', 'email is not the one of this user.', { argument: 'email' });
    }
    if (user.role === 'ADMIN' && user.status === 'ACTIVE' && !(await otherActiveAdmin(transaction, id))) {
      throw new StudioError('CONFLICT', 'This is the last active admin: make another one first.', { argument: 'id' });
    }
    await recordAudit(transaction, actor, { action: 'user.erased', targetKind: 'user', targetId: id });
    // The account first: from there on nobody opens a session for it.
    await eraseAccount(transaction, id);
    await deleteCredentials(transaction, id);
    const erasure = await findErasure(transaction, id);
    if (!erasure) throw unknown();
    return erasure;
  });
