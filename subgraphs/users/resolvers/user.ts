import type { MutationResolvers, QueryResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import type { Accounts } from '../accounts.ts';
import { batched, perRequest } from '../batch.ts';
import { isId } from '../input.ts';
import { accountsById, listAccounts } from '../store/accounts.ts';
import { balancesByUser, monthlyLimitsByUser } from '../store/billing.ts';
import { changeStanding } from '../standing.ts';

/** @throws StudioError FORBIDDEN to whoever is neither the user nor an admin */
const refuseStrangers = (userId: string, context: RequestContext): void => {
  const caller = callerOf(context);
  if (caller.userId !== userId && !caller.scopes.includes('users:manage')) {
    throw new StudioError('FORBIDDEN', 'Only the user and admins may see what a user may spend.');
  }
};

/** Accounts, their balances and limits. */
export const userResolvers = (
  db: Database,
  accounts: Accounts,
): {
  readonly Query: Required<Pick<QueryResolvers, 'me' | 'users'>>;
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
    },
    Mutation: {
      createUser: (_parent, { input: { role = 'DEVELOPER', tokens = 0, ...input } }, context) =>
        accounts.create({ ...input, role, tokens }, callerOf(context).userId),
      grantTokens: (_parent, { reason = null, ...grant }, context) =>
        accounts.grant({ ...grant, reason }, callerOf(context).userId),
      setUserStatus: (_parent, { id, status }) => changeStanding(db, id, { status }),
      setUserRole: (_parent, { id, role }) => changeStanding(db, id, { role }),
      setMonthlyLimit: (_parent, { userId, tokens = null }) => accounts.limitMonth(userId, tokens),
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
