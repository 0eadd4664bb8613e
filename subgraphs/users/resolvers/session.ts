import type { MutationResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import type { Accounts } from '../accounts.ts';
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
  login: async (_parent, { email, password }) => sessions.open(await accounts.authenticate(email, password)),
  refreshSession: (_parent, { refreshToken }, { log }) => sessions.refresh(refreshToken, log),
  logout: async (_parent, _args, context) => {
    await sessions.end(signedInCallerOf(context).sessionId);
    return true;
  },
  logoutEverywhere: async (_parent, _args, context) => {
    await sessions.endAll(signedInCallerOf(context).userId);
    return true;
  },
  changePassword: async (_parent, change, context) => {
    await changePassword(db, passwords, signedInCallerOf(context), change);
    return true;
  },
});
