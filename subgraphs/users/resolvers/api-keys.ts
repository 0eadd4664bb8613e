import type { ApiKeyResolvers, MutationResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import { createApiKey, limitsByKey, revokeApiKey, type KeyKeeper, type KeyLimits } from '../api-keys.ts';
import { actorOf } from '../audit.ts';
import { batched, perRequest } from '../batch.ts';
import { isId } from '../input.ts';
import { accountsById } from '../store/accounts.ts';
import { apiKeysById, apiKeysByUser } from '../store/api-keys.ts';
import { isStranger, refuseStrangers } from '../strangers.ts';

const keeperOf = (context: RequestContext): KeyKeeper => ({ actor: actorOf(context), caller: callerOf(context) });

/** API keys. Whoever reaches one is its owner or an admin; nobody else is given any. */
export const apiKeyResolvers = (
  db: Database,
): {
  readonly Mutation: Required<Pick<MutationResolvers, 'createApiKey' | 'revokeApiKey'>>;
  readonly ApiKey: ApiKeyResolvers;
  readonly User: Required<Pick<UserResolvers, 'apiKeys'>>;
} => {
  const keysOf = perRequest(() => batched((ids) => apiKeysById(db, ids)));
  const keysOfUser = perRequest(() => batched((ids) => apiKeysByUser(db, ids)));
  const limitsOf = perRequest(() => batched((ids) => limitsByKey(db, ids)));
  const ownersOf = perRequest(() => batched((ids) => accountsById(db, ids)));
  const limit = async (id: string, name: keyof KeyLimits, context: RequestContext): Promise<number | null> =>
    (await limitsOf(context)(id))?.[name] ?? null;

  return {
    Mutation: {
      createApiKey: (_parent, { input }, context) =>
        createApiKey(db, keeperOf(context), { ...input, userId: input.userId ?? callerOf(context).userId }),
      revokeApiKey: (_parent, { id }, context) => revokeApiKey(db, keeperOf(context), id),
    },
    ApiKey: {
      __resolveReference: async ({ id }, context) => {
        const key = isId(id) ? await keysOf(context)(id) : undefined;
        return key && !isStranger(callerOf(context), key.userId) ? key : null;
      },
      user: async ({ userId }, _args, context) => {
        const owner = await ownersOf(context)(userId);
        // A key refers to its owner in the database: it cannot be without.
        if (!owner) throw new Error(`the key of the account ${userId} has no owner`);
        return owner;
      },
      tokenBudget: ({ id }, _args, context) => limit(id, 'tokenBudget', context),
      requestsPerMinute: ({ id }, _args, context) => limit(id, 'requestsPerMinute', context),
      tokensPerMinute: ({ id }, _args, context) => limit(id, 'tokensPerMinute', context),
    },
    User: {
      apiKeys: async ({ id }, _args, context) => {
        refuseStrangers(id, context);
        return [...((await keysOfUser(context)(id)) ?? [])];
      },
    },
  };
};
