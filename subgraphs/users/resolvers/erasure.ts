import type { MutationResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import { eraseUser } from '../erasure.ts';
import type { HeavyReads } from '../heavy-reads.ts';
import { findPersonalData } from '../store/personal-data.ts';
import { refuseStrangers } from '../strangers.ts';

/** What is kept about a person, and its end. */
export const erasureResolvers = (
  db: Database,
  heavily: HeavyReads,
): {
  readonly Mutation: Required<Pick<MutationResolvers, 'eraseUser'>>;
  readonly User: Required<Pick<UserResolvers, 'accountData'>>;
} => ({
  Mutation: {
    eraseUser: (_parent, person, context) => {
      signedInCallerOf(context);
      return eraseUser(db, person, actorOf(context));
    },
  },
  User: {
    accountData: ({ id }, _args, context) => {
      refuseStrangers(id, context);
      return heavily(context, 'accountData', () => findPersonalData(db, id));
    },
  },
});
