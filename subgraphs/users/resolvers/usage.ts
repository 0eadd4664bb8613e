import type { ApiKeyResolvers, QueryResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { batched, perRequest } from '../batch.ts';
import { usageById, usageOf, type Usage, type Window } from '../store/usage.ts';
import { refuseStrangers } from '../strangers.ts';
import { filterOf, seriesOf } from '../usage.ts';
import { windowOf } from '../usage-window.ts';

type UsageOf = (id: string, window: Window) => Promise<Usage>;

/** The use of many users or keys: those of one window are counted in one query. */
const usagePerRequest = (db: Database, kind: 'user' | 'key'): ((request: object) => UsageOf) =>
  perRequest(() => {
    const batches = new Map<string, (id: string) => Promise<Usage | undefined>>();
    return async (id, window) => {
      const name = `${window.from} ${window.to}`;
      const batch = batches.get(name) ?? batched((ids) => usageById(db, kind, ids, window));
      batches.set(name, batch);
      const usage = await batch(id);
      if (!usage) throw new StudioError('NOT_FOUND');
      return usage;
    };
  });

/** What was used and what it cost. */
export const usageResolvers = (
  db: Database,
): {
  readonly Query: Required<Pick<QueryResolvers, 'usage' | 'usageSeries'>>;
  readonly User: Required<Pick<UserResolvers, 'usage' | 'usageSeries'>>;
  readonly ApiKey: Required<Pick<ApiKeyResolvers, 'usage'>>;
} => {
  const usageOfUser = usagePerRequest(db, 'user');
  const usageOfKey = usagePerRequest(db, 'key');
  return {
    Query: {
      usage: (_parent, { window, filter }) => usageOf(db, windowOf(window, new Date()), filterOf(filter)),
      usageSeries: (_parent, { filter, ...asked }) => seriesOf(db, asked, filterOf(filter)),
    },
    User: {
      usage: ({ id }, { window }, context) => {
        refuseStrangers(id, context);
        return usageOfUser(context)(id, windowOf(window, new Date()));
      },
      usageSeries: ({ id }, asked, context) => {
        refuseStrangers(id, context);
        return seriesOf(db, asked, { userId: id, apiKeyId: null, model: null });
      },
    },
    ApiKey: {
      usage: ({ id, userId }, { window }, context) => {
        refuseStrangers(userId, context);
        return usageOfKey(context)(id, windowOf(window, new Date()));
      },
    },
  };
};
