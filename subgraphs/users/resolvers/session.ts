import type { MutationResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import type { Accounts } from '../accounts.ts';
import { actorOf } from '../audit.ts';
import { changePassword } from '../password-change.ts';
import type { Passwords } from '../passwords.ts';
import type { Sessions } from '../sessions.ts';

/** Signing in, staying in, signing out. */
export const sessionMutations = ({
  db,
  passwords,
  accounts,
  sessions,
}: {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
}): Required<
  Pick<MutationResolvers, 'login' | 'refreshSession' | 'logout' | 'logoutEverywhere' | 'changePassword'>
> => ({
  login: async (_parent, { email, password }, context) => {
    const actor = actorOf(context);
    return sessions.open(await accounts.authenticate(email, password, actor), actor, context.client);
  },
  refreshSession: (_parent, { refreshToken }, context) => sessions.refresh(refreshToken, context.log, actorOf(context)),
  logout: async (_parent, _args, context) => {
    await sessions.end(signedInCallerOf(context).sessionId);
    return true;
  },
  logoutEverywhere: async (_parent, _args, context) => {
    await sessions.endAll(signedInCallerOf(context).userId, actorOf(context));
    return true;
  },
  changePassword: async (_parent, change, context) => {
    await changePassword(db, passwords, signedInCallerOf(context), change, actorOf(context));
    return true;
  },
});
