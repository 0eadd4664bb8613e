import { sql } from 'slonik';
import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';

/** How long a reservation stays in force without a heartbeat, as an interval of PostgreSQL. */
const LEASE = '15 seconds';

export interface ReservationRequest {
  readonly requestId: string;
  readonly userId: string;
  /** The key that the chat was asked for with; null for a session. */
  readonly keyId: string | null;
  readonly model: string;
  readonly promptTokens: number;
  /** Completion tokens that are asked for; fewer may be granted, but not none. 0: there is no completion. */
  readonly maxTokens: number;
}

const Limit = z.object({
  /** Whose quota it is: the user's, the key's, or that of everybody together. */
  whose: z.enum(['user', 'key', 'installation']),
  /** Null: every model together. */
  model: z.string().nullable(),
  unit: z.enum(['requests', 'tokens', 'microcredits']),
  period: z.enum(['minute', 'day', 'month', 'total']),
});
/** The quota that is in the way. */
export type Limit = Readonly<z.infer<typeof Limit>>;

const Reserved = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('granted'), cap: z.int() }),
  z.object({
    outcome: z.literal('denied'),
    limit: Limit,
    /** Whole seconds until a retry can succeed; null when waiting does not help. */
    retryAfter: z.int().nullable(),
  }),
  z.object({ outcome: z.enum(['no_quota', 'duplicate', 'inactive', 'key_inactive', 'model_denied']) }),
]);
export type Reserved = Readonly<z.infer<typeof Reserved>>;

const Beat = z.object({ beat: z.enum(['ok', 'lost', 'inactive']) });
export type Beat = z.infer<typeof Beat>['beat'];

const State = z.object({ state: z.string() });
const Reaches = z.object({ reaches: z.boolean() });

const tokenPrice = z.bigint().transform(Number);
const Price = z.object({ model: z.string(), prompt: tokenPrice, completion: tokenPrice });
/** What a token of a model costs, in micro-credits. */
export type Price = Readonly<z.infer<typeof Price>>;

/** How a request ends in the bill. */
export type Outcome = 'settled' | 'cancelled' | 'failed';

/** The functions of the billing schema that this service's role may call; it reads no table there. */
export interface BillingStore {
  reserve(request: ReservationRequest): Promise<Reserved>;
  /** Records that so many completion tokens exist, and renews the lease. Only after `ok` may they be delivered. */
  heartbeat(requestId: string, completionTokens: number): Promise<Beat>;
  /** Charges once; answers the state that the request ends in. */
  settle(requestId: string, completionTokens: number, outcome: Outcome, chargePrompt: boolean): Promise<string>;
  /** As `settle`, where the prompt has turned out to have fewer tokens than are held. */
  settleMeasured(
    requestId: string,
    tokens: { readonly promptTokens: number; readonly completionTokens: number },
    outcome: Outcome,
    chargePrompt: boolean,
  ): Promise<string>;
  /** Charges once so many tokens of the prompt of a request that has no completion; answers as `settle`. */
  settlePrompt(requestId: string, promptTokens: number, outcome: Outcome): Promise<string>;
  /** Whether an API key is for a model; whether the key is in force is up to `reserve`. */
  keyReaches(keyId: string, model: string): Promise<boolean>;
  /** Of the models that were given a price. */
  prices(): Promise<readonly Price[]>;
}

/** @param worker names this service in the reservations that it makes; only the one that made one can renew and settle it */
export const openBilling = (database: Database, worker: string): BillingStore => ({
  reserve: ({ requestId, userId, keyId, model, promptTokens, maxTokens }) =>
    database.one(sql.type(Reserved)`
      select
        outcome,
        completion_cap::int as cap,
        json_build_object(
          'whose', split_part(limiting_subject, ':', 1), 'model', limiting_model,
          'unit', limiting_unit, 'period', limiting_period
        ) as "limit",
        -- Over an unknown time greatest() would answer 1.
        case when retry_at is not null then
          greatest(1, ceil(extract(epoch from retry_at - clock_timestamp())))::int
        end as "retryAfter"
      from billing.reserve(
        ${requestId}::uuid, ${worker}, ${userId}::uuid, ${keyId}::uuid, ${model}, ${promptTokens}, ${maxTokens},
        ${Math.min(1, maxTokens)}, ${LEASE}::interval
      )
    `),
  heartbeat: (requestId, completionTokens) =>
    database.oneFirst(sql.type(Beat)`
      select billing.heartbeat(${requestId}::uuid, ${worker}, ${completionTokens}, ${LEASE}::interval) as beat
    `),
  settle: (requestId, completionTokens, outcome, chargePrompt) =>
    database.oneFirst(sql.type(State)`
      select billing.settle(${requestId}::uuid, ${worker}, ${completionTokens}, ${outcome}, ${chargePrompt}) as state
    `),
  settleMeasured: (requestId, { promptTokens, completionTokens }, outcome, chargePrompt) =>
    database.oneFirst(sql.type(State)`
      select billing.settle_measured(
        ${requestId}::uuid, ${worker}, ${promptTokens}, ${completionTokens}, ${outcome}, ${chargePrompt}
      ) as state
    `),
  settlePrompt: (requestId, promptTokens, outcome) =>
    database.oneFirst(sql.type(State)`
      select billing.settle_prompt(${requestId}::uuid, ${worker}, ${promptTokens}, ${outcome}) as state
    `),
  keyReaches: (keyId, model) =>
    database.oneFirst(sql.type(Reaches)`select billing.key_reaches(${keyId}::uuid, ${model}) as reaches`),
  prices: () =>
    database.any(sql.type(Price)`
      select model_id as model, price_in as prompt, price_out as completion from billing.model_prices()
    `),
});
