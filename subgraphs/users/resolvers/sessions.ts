import type { MutationResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf, signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf, recordAudit } from '../audit.ts';
import { isId } from '../input.ts';
import { revokeSessionOf, sessionsOf } from '../store/sessions.ts';
import { refuseStrangers } from '../strangers.ts';

/** Where a user is signed in, and how to end that. */
export const sessionResolvers = (
  db: Database,
): {
  readonly Mutation: Required<Pick<MutationResolvers, 'revokeSession'>>;
  readonly User: Required<Pick<UserResolvers, 'sessions'>>;
} => ({
  Mutation: {
    revokeSession: async (_parent, { id }, context) => {
      const { userId, scopes } = signedInCallerOf(context);
      const actor = actorOf(context);
      const revoked = await db.transaction(async (transaction) => {
        const owner = isId(id)
          ? await revokeSessionOf(transaction, id, scopes.includes('users:manage') ? null : userId)
          : null;
        if (owner === null) return false;
        const details = { sessionId: id };
        await recordAudit(transaction, actor, {
          action: 'session.ended',
          targetKind: 'user',
          targetId: owner,
          details,
        });
        return true;
      });
      if (!revoked) throw new StudioError('NOT_FOUND', 'There is no such session.', { argument: 'id' });
      return true;
    },
  },
  User: {
    sessions: async ({ id }, _args, context) => {
      refuseStrangers(id, context);
      const { credential } = callerOf(context);
      return (await sessionsOf(db, id)).map((session) => ({ ...session, current: session.id === credential.id }));
    },
  },
});
