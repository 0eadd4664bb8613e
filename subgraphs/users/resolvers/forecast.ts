import { z } from 'zod';
import type { QueryResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { batched, perRequest } from '../batch.ts';
import { dayOf, forecastDaysOf, HORIZON_DAYS, shownForecast, startOf } from '../forecast.ts';
import { parseInput } from '../input.ts';
import { apiKeysById } from '../store/api-keys.ts';
import { balancesByUser } from '../store/billing.ts';
import { forecastByUser, mlCapabilities, usageAnomalies } from '../store/forecast.ts';
import { refuseStrangers } from '../strangers.ts';

/** A score above this is no accident of a busy day. */
const ALARM = 6;

const First = z.object({ first: z.int().min(1, 'must be 1 or more').max(100, 'must be 100 or less') });

/** What use is to be expected, and which is not what was. */
export const forecastResolvers = (
  db: Database,
): {
  readonly Query: Required<Pick<QueryResolvers, 'mlCapabilities' | 'usageAnomalies'>>;
  readonly User: Required<Pick<UserResolvers, 'forecast'>>;
} => {
  // One day for a whole request, also when midnight passes meanwhile.
  const forecastsOf = perRequest(() => {
    const today = dayOf(new Date());
    return { today, of: batched((ids) => forecastByUser(db, ids, today, HORIZON_DAYS)) };
  });
  const balancesOf = perRequest(() => batched((ids) => balancesByUser(db, ids)));
  return {
    Query: {
      mlCapabilities: () => mlCapabilities(db),
      usageAnomalies: async (_parent, args) => {
        const { first } = parseInput(First, args);
        const found = await usageAnomalies(db, dayOf(new Date()), first);
        const keys = await apiKeysById(
          db,
          found.map(({ keyId }) => keyId),
        );
        return found.flatMap(({ keyId, day, tokens, usual, ...anomaly }) => {
          const apiKey = keys.get(keyId);
          if (!apiKey) return [];
          const alarm = anomaly.score > ALARM;
          return [{ ...anomaly, apiKey, day: startOf(day), tokens: tokens.toString(), usual: usual.toString(), alarm }];
        });
      },
    },
    User: {
      forecast: async ({ id }, args, context) => {
        refuseStrangers(id, context);
        const days = forecastDaysOf(args.days);
        const { today, of } = forecastsOf(context);
        const [forecast, balance] = await Promise.all([of(id), balancesOf(context)(id)]);
        if (!forecast || !balance) throw new StudioError('NOT_FOUND');
        return shownForecast(forecast, balance, today, days);
      },
    },
  };
};
