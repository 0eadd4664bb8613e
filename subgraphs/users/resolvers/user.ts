import type { MutationResolvers, QueryResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { callerOf, signedInCallerOf, type RequestContext } from '#mesh/subgraph.ts';
import type { Role } from '#mesh/identity.ts';
import type { Accounts } from '../accounts.ts';
import { actorOf, type Actor } from '../audit.ts';
import { batched, perRequest } from '../batch.ts';
import { isId } from '../input.ts';
import { accountsById, listAccounts } from '../store/accounts.ts';
import { balancesByUser, monthlyLimitsByUser } from '../store/billing.ts';
import { changeStanding } from '../standing.ts';
import { refuseStrangers } from '../strangers.ts';

/** Who manages accounts: never nobody. Throws StudioError UNAUTHENTICATED. */
const actingOf = (context: RequestContext): Actor => {
  callerOf(context);
  return actorOf(context);
};

/** As `actingOf`. A key makes nobody an admin: whoever it makes one would outlive it. Throws StudioError FORBIDDEN. */
const givingRole = (role: Role, context: RequestContext): Actor => {
  if (role === 'ADMIN') signedInCallerOf(context);
  return actingOf(context);
};

/** Accounts, their balances and limits. */
export const userResolvers = (
  db: Database,
  accounts: Accounts,
): {
  readonly Query: Required<Pick<QueryResolvers, 'me' | 'users' | 'user'>>;
  readonly Mutation: Required<
    Pick<MutationResolvers, 'createUser' | 'grantTokens' | 'setUserStatus' | 'setUserRole' | 'setMonthlyLimit'>
  >;
  readonly User: UserResolvers;
} => {
  const accountsOf = perRequest(() => batched((ids) => accountsById(db, ids)));
  const balancesOf = perRequest(() => batched((ids) => balancesByUser(db, ids)));
  const limitsOf = perRequest(() => batched((ids) => monthlyLimitsByUser(db, ids)));
  return {
    Query: {
      me: async (_parent, _args, context) => (await accountsOf(context)(callerOf(context).userId)) ?? null,
      users: async () => [...(await listAccounts(db))],
      user: async (_parent, { id }, context) =>
        isId(id) ? ((await accountsOf(context)(id.toLowerCase())) ?? null) : null,
    },
    Mutation: {
      createUser: (_parent, { input: { role = 'DEVELOPER', tokens = 0, ...input } }, context) =>
        accounts.create({ ...input, role, tokens }, givingRole(role, context)),
      grantTokens: (_parent, { reason = null, ...grant }, context) =>
        accounts.grant({ ...grant, reason }, actingOf(context)),
      setUserStatus: (_parent, { id, status }, context) => changeStanding(db, id, { status }, actingOf(context)),
      setUserRole: (_parent, { id, role }, context) => changeStanding(db, id, { role }, givingRole(role, context)),
      setMonthlyLimit: (_parent, { userId, tokens = null }, context) =>
        accounts.limitMonth(userId, tokens, actingOf(context)),
    },
    User: {
      // The id comes from another subgraph, which may have kept it longer than the account.
      __resolveReference: async ({ id }, context) => (isId(id) ? ((await accountsOf(context)(id)) ?? null) : null),
      balance: async ({ id }, _args, context) => {
        refuseStrangers(id, context);
        const { granted, reserved, spent } = (await balancesOf(context)(id)) ?? { granted: 0, reserved: 0, spent: 0 };
        return { granted, reserved, spent, available: granted - reserved - spent };
      },
      monthlyLimit: async ({ id }, _args, context) => {
        refuseStrangers(id, context);
        return (await limitsOf(context)(id)) ?? null;
      },
    },
  };
};
