import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** An instant in ISO 8601; `from` belongs to it, `to` no more. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** What use is narrowed to; null for all. */
export interface Filter {
  readonly userId: string | null;
  readonly apiKeyId: string | null;
  readonly model: string | null;
}

const Usage = z.object({
  requests: z.bigint().transform(Number),
  promptTokens: z.string(),
  completionTokens: z.string(),
  totalTokens: z.string(),
  costMicrocredits: z.string(),
});
/** Sums as decimal strings: they may outgrow a number. */
export type Usage = z.infer<typeof Usage>;

const sums = sql.fragment`
  u.requests, u.prompt_tokens::text as "promptTokens", u.completion_tokens::text as "completionTokens",
  (u.prompt_tokens + u.completion_tokens)::text as "totalTokens", u.cost_microcredits::text as "costMicrocredits"`;

/** What was used in a window. */
export const usageOf = (db: Queries, { from, to }: Window, { userId, apiKeyId, model }: Filter): Promise<Usage> =>
  db.one(sql.type(Usage)`select ${sums} from billing.usage(${from}, ${to}, ${userId}, ${apiKeyId}, ${model}) u`);

/** What each of these users, or each of these keys, used in a window. */
export const usageById = async (
  db: Queries,
  kind: 'user' | 'key',
  ids: readonly string[],
  { from, to }: Window,
): Promise<ReadonlyMap<string, Usage>> => {
  const subject = kind === 'user' ? sql.fragment`i.id, null` : sql.fragment`null, i.id`;
  const rows = await db.any(sql.type(Usage.extend({ id: z.uuid() }))`
    select i.id, ${sums}
    from unnest(${sql.array([...ids], 'uuid')}) as i(id)
    cross join lateral billing.usage(${from}, ${to}, ${subject}, null) u`);
  return new Map(rows.map(({ id, ...usage }) => [id, usage]));
};

const Point = Usage.extend({
  at: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
  group: z.string().nullable(),
});

export interface Series {
  readonly interval: 'hour' | 'day' | 'month';
  readonly groupBy: 'none' | 'model' | 'key' | 'user';
  /** Those that used most. */
  readonly groups: number;
}

/** Use over time, oldest first, without gaps. */
export const usageSeries = (
  db: Queries,
  { from, to }: Window,
  { interval, groupBy, groups }: Series,
  { userId, apiKeyId, model }: Filter,
): Promise<readonly z.infer<typeof Point>[]> =>
  db.any(sql.type(Point)`
    select u.at, u.of_group as "group", ${sums}
    from billing.usage_series(${from}, ${to}, ${interval}, ${groupBy}, ${userId}, ${apiKeyId}, ${model}, ${groups}) u`);
