import type { MutationResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import { eraseUser } from '../erasure.ts';
import { findPersonalData } from '../store/personal-data.ts';
import { refuseStrangers } from '../strangers.ts';

/** What is kept about a person, and its end. */
export const erasureResolvers = (
  db: Database,
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
    accountData: (user, _args, context) => {
      refuseStrangers(user.id, context);
      return findPersonalData(db, user.id);
    },
  },
});
