import type {
  ModelPrice as ModelPriceAnswer,
  MutationResolvers,
  Quota as QuotaAnswer,
  QueryResolvers,
  UserResolvers,
} from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import { batched, perRequest } from '../batch.ts';
import { priceModel } from '../prices.ts';
import { limit, partsOf, readQuotas, unlimit } from '../quotas.ts';
import { modelPrices, modelPricesFor, type ModelPrice } from '../store/billing.ts';
import { quotasOf, type Quota } from '../store/quotas.ts';
import { refuseStrangers } from '../strangers.ts';

const KINDS = { user: 'USER', key: 'API_KEY', installation: 'INSTALLATION' } as const;
const UNITS = { requests: 'REQUESTS', tokens: 'TOKENS', microcredits: 'MICROCREDITS' } as const;
const PERIODS = { minute: 'MINUTE', day: 'DAY', month: 'MONTH', total: 'TOTAL' } as const;
const STORED_UNITS = { REQUESTS: 'requests', TOKENS: 'tokens', MICROCREDITS: 'microcredits' } as const;
const STORED_PERIODS = { MINUTE: 'minute', DAY: 'day', MONTH: 'month', TOTAL: 'total' } as const;

const shown = (quota: Quota): QuotaAnswer => {
  const { kind, id } = partsOf(quota.subject);
  return {
    id: String(quota.id),
    subjectKind: KINDS[kind],
    subjectId: id,
    model: quota.model,
    unit: UNITS[quota.unit],
    period: PERIODS[quota.period],
    limit: String(quota.limit),
    spent: String(quota.spent),
    reserved: String(quota.reserved),
    resetsAt: quota.resetsAt === null ? null : new Date(quota.resetsAt).toISOString(),
  };
};

const shownPrice = ({ model, prompt, completion, since }: ModelPrice): ModelPriceAnswer => ({
  model,
  prompt: String(prompt),
  completion: String(completion),
  since: new Date(since).toISOString(),
});

/** What users, keys and the installation may use, and what models cost. */
export const quotaResolvers = (
  db: Database,
): {
  readonly Query: Required<Pick<QueryResolvers, 'quotas' | 'modelPrices'>>;
  readonly Mutation: Required<Pick<MutationResolvers, 'setQuota' | 'removeQuota' | 'setModelPrice'>>;
  readonly User: Required<Pick<UserResolvers, 'quotas'>>;
} => {
  const quotasOfUser = perRequest(() =>
    batched(async (ids) =>
      Map.groupBy(
        await quotasOf(
          db,
          ids.map((id) => `user:${id}` as const),
        ),
        ({ subject }) => partsOf(subject).id ?? '',
      ),
    ),
  );
  return {
    Query: {
      quotas: async (_parent, { subject = null, first, after }) =>
        (await readQuotas(db, subject, { first, after })).map(shown),
      modelPrices: async (_parent, _args, context) => {
        const { userId, role, scopes } = callerOf(context);
        const prices = scopes.includes('models:manage') ? modelPrices(db) : modelPricesFor(db, userId, role);
        return (await prices).map(shownPrice);
      },
    },
    Mutation: {
      setQuota: async (_parent, { input: { model = null, unit, period, ...input } }, context) =>
        shown(
          await limit(
            db,
            { ...input, model, unit: STORED_UNITS[unit], period: STORED_PERIODS[period] },
            actorOf(context),
          ),
        ),
      removeQuota: (_parent, { id }, context) => unlimit(db, id, actorOf(context)),
      setModelPrice: async (_parent, { input }, context) => shownPrice(await priceModel(db, input, actorOf(context))),
    },
    User: {
      quotas: async ({ id }, _args, context) => {
        refuseStrangers(id, context);
        return ((await quotasOfUser(context)(id)) ?? []).map(shown);
      },
    },
  };
};
