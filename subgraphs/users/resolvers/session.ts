import type { MutationResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import type { Accounts } from '../accounts.ts';
import { actorOf } from '../audit.ts';
import type { Devices } from '../devices.ts';
import { changePassword } from '../password-change.ts';
import type { Passwords } from '../passwords.ts';
import type { SecondFactor } from '../second-factor.ts';
import type { Sessions } from '../sessions.ts';
import type { SignInFailures } from '../sign-in-failures.ts';

/** Signing in, staying in, signing out. */
export const sessionMutations = ({
  db,
  passwords,
  accounts,
  secondFactor,
  sessions,
  devices,
  failures,
}: {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly accounts: Accounts;
  readonly secondFactor: SecondFactor;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly failures: SignInFailures;
}): Required<
  Pick<MutationResolvers, 'login' | 'refreshSession' | 'logout' | 'logoutEverywhere' | 'changePassword'>
> => ({
  login: async (_parent, { email, password, code = null, deviceToken = null }, context) => {
    const actor = actorOf(context);
    const { client } = context;
    return failures.guard({ email, client, deviceToken }, actor, async (turn) => {
      const authenticated = await accounts.authenticate(email, password, actor, turn);
      await secondFactor.check(authenticated.user.id, code, actor);
      const session = await sessions.open(authenticated, actor, client);
      return { ...session, deviceToken: await devices.remember(session.user, deviceToken, client) };
    });
  },
  refreshSession: (_parent, { refreshToken }, context) => sessions.refresh(refreshToken, context.log, actorOf(context)),
  logout: async (_parent, _args, context) => {
    const { userId, sessionId } = signedInCallerOf(context);
    await sessions.end({ userId, sessionId }, actorOf(context));
    return true;
  },
  logoutEverywhere: async (_parent, _args, context) => {
    await sessions.endAll(signedInCallerOf(context).userId, actorOf(context));
    return true;
  },
  changePassword: async (_parent, change, context) => {
    const caller = signedInCallerOf(context);
    const actor = actorOf(context);
    await failures.guardProof(caller, actor, () => changePassword(db, passwords, caller, change, actor));
    return true;
  },
});
