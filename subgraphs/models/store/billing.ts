import { sql } from 'slonik';
import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';

/** How long a reservation stays in force without a heartbeat, as an interval of PostgreSQL. */
const LEASE = '15 seconds';

export interface ReservationRequest {
  readonly requestId: string;
  readonly userId: string;
  readonly model: string;
  readonly promptTokens: number;
  /** Completion tokens that are asked for; fewer may be granted. */
  readonly maxTokens: number;
  /** Micro-credits a token. */
  readonly price: number;
}

const Reserved = z.object({
  outcome: z.enum(['granted', 'denied', 'no_quota', 'duplicate', 'inactive']),
  cap: z.int(),
  /** Whole seconds until a retry can succeed; null when waiting does not help. */
  retryAfter: z.int().nullable(),
});
export type Reserved = Readonly<z.infer<typeof Reserved>>;

const Beat = z.object({ beat: z.enum(['ok', 'lost', 'inactive']) });
export type Beat = z.infer<typeof Beat>['beat'];

const State = z.object({ state: z.string() });

/** How a request ends in the bill. */
export type Outcome = 'settled' | 'cancelled' | 'failed';

/** The three functions of the billing schema; this service's role may do nothing else there. */
export interface BillingStore {
  reserve(request: ReservationRequest): Promise<Reserved>;
  /** Records that so many completion tokens exist, and renews the lease. Only after `ok` may they be delivered. */
  heartbeat(requestId: string, completionTokens: number): Promise<Beat>;
  /** Charges once; answers the state that the request ends in. */
  settle(requestId: string, completionTokens: number, outcome: Outcome, chargePrompt: boolean): Promise<string>;
}

/** @param worker names this service in the reservations that it makes; only the one that made one can renew it */
export const openBilling = (database: Database, worker: string): BillingStore => ({
  reserve: ({ requestId, userId, model, promptTokens, maxTokens, price }) =>
    database.one(sql.type(Reserved)`
      select
        outcome,
        completion_cap::int as cap,
        -- Over an unknown time greatest() would answer 1.
        case when retry_at is not null then
          greatest(1, ceil(extract(epoch from retry_at - clock_timestamp())))::int
        end as "retryAfter"
      from billing.reserve(
        ${requestId}::uuid, ${worker}, ${userId}::uuid, ${model}, ${promptTokens}, ${maxTokens}, 1, ${price}, ${price},
        ${LEASE}::interval
      )
    `),
  heartbeat: (requestId, completionTokens) =>
    database.oneFirst(sql.type(Beat)`
      select billing.heartbeat(${requestId}::uuid, ${worker}, ${completionTokens}, ${LEASE}::interval) as beat
    `),
  settle: (requestId, completionTokens, outcome, chargePrompt) =>
    database.oneFirst(sql.type(State)`
      select billing.settle(${requestId}::uuid, ${completionTokens}, ${outcome}, ${chargePrompt}) as state
    `),
});
