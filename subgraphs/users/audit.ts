import { originOf } from '#mesh/address.ts';
import { recordAudit, type Actor, type AuditEvent } from '#mesh/audit.ts';
import type { Database } from '#mesh/database/pool.ts';
import { isId } from './input.ts';
import { countSeen, takeCounts } from './store/audit.ts';

export { actorOf, OPERATOR, recordAudit, type Actor, type AuditEvent } from '#mesh/audit.ts';

/** Of what anybody can cause, so many are recorded one by one in a minute: of each source, and of all together. */
const OF_SOURCE = 10;
const OF_ALL = 300;
/** No address and no user is named so. */
const ALL = '*';

/** A person who has just signed in, where nobody had. */
export const signedInAs = (actor: Actor, userId: string, sessionId: string): Actor => ({
  ...actor,
  userId,
  credential: 'session',
  credentialId: sessionId,
});

/**
 * Records what whoever asks can cause at will: a user, or somebody unknown at an address, fills no more than a few rows
 * a minute. How many were left out is one more row, when the minute is over.
 */
export const recordBounded = (db: Database, actor: Actor, event: AuditEvent): Promise<void> =>
  db.transaction(async (transaction) => {
    // All together first: past that, sources are not even counted, of which there may be as many as addresses.
    if ((await countSeen(transaction, event.action, ALL)) > OF_ALL) return;
    const source = actor.userId ?? originOf(actor.address ?? 'unknown').key;
    if ((await countSeen(transaction, event.action, source)) <= OF_SOURCE) await recordAudit(transaction, actor, event);
  });

/**
 * Records a sign-in that was refused, by its account where there is one. What was typed as an e-mail address is not
 * kept: it may be a password in the wrong field, or the address of somebody who has no account here.
 */
export const recordFailedSignIn = (db: Database, actor: Actor, userId: string | null, reason: string): Promise<void> =>
  recordBounded(db, actor, {
    action: 'sign-in.failed',
    ...(userId === null ? {} : { targetKind: 'user', targetId: userId }),
    details: { reason },
  });

/** Records how many events of minutes that are over were left out. Safe on every replica. */
export const recordOmitted = async (db: Database): Promise<void> => {
  await db.transaction(async (transaction) => {
    for (const { action, source, minute, seen } of await takeCounts(transaction)) {
      const omitted = seen - (source === ALL ? OF_ALL : OF_SOURCE);
      if (omitted <= 0) continue;
      const userId = isId(source) ? source : null;
      const address = userId !== null || source === ALL ? null : source;
      const actor: Actor = { userId, credential: 'none', credentialId: null, address, requestId: null };
      await recordAudit(transaction, actor, { action, details: { omitted, minute } });
    }
  });
};
