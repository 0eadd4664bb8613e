import type { MutationResolvers } from '#codegen/users.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { Accounts } from '../accounts.ts';
import type { Sessions } from '../sessions.ts';

/** Signing in, staying in, signing out. */
export const sessionMutations = (
  accounts: Accounts,
  sessions: Sessions,
): Required<Pick<MutationResolvers, 'login' | 'refreshSession' | 'logout'>> => ({
  login: async (_parent, { email, password }) => sessions.open(await accounts.authenticate(email, password)),
  refreshSession: (_parent, { refreshToken }, { log }) => sessions.refresh(refreshToken, log),
  logout: async (_parent, _args, context) => {
    await sessions.end(callerOf(context).sessionId);
    return true;
  },
});
