import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import type { Filter, Window } from './usage.ts';

const count = z.bigint().transform(Number).nullable();
const Entry = z.object({
  id: z.string(),
  kind: z.enum(['GRANT', 'CHARGE']),
  at: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
  userId: z.uuid(),
  tokens: z.bigint(),
  costMicrocredits: z.bigint(),
  requestId: z.uuid().nullable(),
  model: z.string().nullable(),
  apiKeyId: z.uuid().nullable(),
  promptTokens: count,
  completionTokens: count,
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  grantedBy: z.uuid().nullable(),
});
/** A grant or a charge. */
export type Entry = z.infer<typeof Entry>;

export interface Page {
  readonly first: number;
  /** The id of the entry that the page follows; null for the newest. */
  readonly after: string | null;
}

/** Whether this is the id of an entry, and one of the user's where a user is given. */
export const isEntry = (db: Queries, id: string, userId: string | null): Promise<boolean> =>
  db.exists(sql.type(z.object({}))`
    select 1 from billing.ledger_position(${id}, ${userId}) p where p.at is not null`);

/** Grants and charges, newest first; charges alone by key or model. */
export const ledgerPage = (
  db: Queries,
  { from, to }: Window,
  { userId, apiKeyId, model }: Filter,
  { first, after }: Page,
): Promise<readonly Entry[]> =>
  db.any(sql.type(Entry)`
    select l.id, l.kind, l.at, l.user_id as "userId", l.tokens, l.cost_microcredits as "costMicrocredits",
      l.request_id as "requestId", l.model_id as model, l.key_id as "apiKeyId", l.prompt_tokens as "promptTokens",
      l.completion_tokens as "completionTokens", l.outcome, l.reason, l.granted_by as "grantedBy"
    from billing.ledger(${from}, ${to}, ${userId}, ${apiKeyId}, ${model}, ${first}, ${after}) l`);
