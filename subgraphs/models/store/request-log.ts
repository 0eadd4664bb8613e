import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());

const Request = z.object({
  requestId: z.uuid(),
  at: Instant,
  userId: z.uuid(),
  /** Null for a session. */
  keyId: z.uuid().nullable(),
  model: z.string(),
  kind: z.enum(['CHAT', 'COMPLETION', 'TEXTS']),
  outcome: z.enum(['COMPLETED', 'CANCELLED', 'FAILED', 'REFUSED']),
  errorCode: z.string().nullable(),
  /** Charged, likewise `completionTokens`. */
  promptTokens: z.int(),
  completionTokens: z.int(),
  queuedMs: z.int().nullable(),
  firstTokenMs: z.int().nullable(),
  totalMs: z.int(),
  tokensPerSecond: z.number().nullable(),
  agent: z.string().nullable(),
  /** Null unless an admin wants the texts kept; at most 16 KiB each. */
  prompt: z.string().nullable(),
  answer: z.string().nullable(),
});
/** A request to a model that is over. */
export type RequestRecord = Readonly<z.infer<typeof Request>>;

const Stored = Request.extend({ id: z.bigint() });
export type StoredRequest = Readonly<z.infer<typeof Stored>>;

const Logging = z.object({ enabled: z.boolean(), days: z.int() });
/** Whether prompts and answers are kept, and for how many days. */
export type Logging = Readonly<z.infer<typeof Logging>>;

/** What a reader is interested in; null for everything. */
export interface RequestSelection {
  readonly userId: string | null;
  readonly model: string | null;
  readonly outcome: RequestRecord['outcome'] | null;
  readonly errorCode: string | null;
  /** Instants; from inclusive, to exclusive. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Where a page ends: the last row that it shows. */
export interface RequestPosition {
  readonly at: string;
  readonly id: bigint;
}

/** Adds requests; those that are there already stay as they are, and erased people are left out. */
export const insertRequests = async (db: Queries, records: readonly RequestRecord[]): Promise<void> => {
  const rows = records.map((record) => ({
    request_id: record.requestId,
    at: record.at,
    user_id: record.userId,
    key_id: record.keyId,
    model: record.model,
    kind: record.kind,
    outcome: record.outcome,
    error_code: record.errorCode,
    prompt_tokens: record.promptTokens,
    completion_tokens: record.completionTokens,
    queued_ms: record.queuedMs,
    first_token_ms: record.firstTokenMs,
    total_ms: record.totalMs,
    tokens_per_second: record.tokensPerSecond,
    agent: record.agent,
    prompt: record.prompt,
    answer: record.answer,
  }));
  await db.query(sql.type(z.object({ log_requests: z.unknown() }))`select models.log_requests(${sql.jsonb(rows)})`);
};

/** Newest first, those before a position. */
export const findRequests = (
  db: Queries,
  { userId, model, outcome, errorCode, from, to }: RequestSelection,
  before: RequestPosition | null,
  limit: number,
): Promise<readonly StoredRequest[]> => {
  const conditions = [
    sql.fragment`true`,
    ...(userId === null ? [] : [sql.fragment`r.user_id = ${userId}::uuid`]),
    ...(model === null ? [] : [sql.fragment`r.model = ${model}`]),
    ...(outcome === null ? [] : [sql.fragment`r.outcome = ${outcome}`]),
    ...(errorCode === null ? [] : [sql.fragment`r.error_code = ${errorCode}`]),
    ...(from === null ? [] : [sql.fragment`r.at >= ${from}::timestamptz`]),
    ...(to === null ? [] : [sql.fragment`r.at < ${to}::timestamptz`]),
    ...(before === null ? [] : [sql.fragment`(r.at, r.id) < (${before.at}::timestamptz, ${before.id}::bigint)`]),
  ];
  return db.any(sql.type(Stored)`
    select r.id, r.request_id as "requestId", r.at, r.user_id as "userId", r.key_id as "keyId", r.model, r.kind,
      r.outcome, r.error_code as "errorCode", r.prompt_tokens as "promptTokens",
      r.completion_tokens as "completionTokens", r.queued_ms as "queuedMs", r.first_token_ms as "firstTokenMs",
      r.total_ms as "totalMs", r.tokens_per_second as "tokensPerSecond", r.agent, r.prompt, r.answer
    from models.requests r
    where ${sql.join(conditions, sql.fragment` and `)}
    order by r.at desc, r.id desc limit ${limit}`);
};

/** Forgets some thousands of what is older than so many days: requests, and before them the texts. */
export const purgeRequests = async (db: Queries, requestDays: number, textDays: number): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from models.requests where id in (
      select id from models.requests where at < clock_timestamp() - make_interval(days => ${requestDays})
      limit 5000 for update skip locked)`);
  await db.query(sql.type(Nothing)`
    update models.requests set prompt = null, answer = null where id in (
      select id from models.requests
      where prompt is not null and at < clock_timestamp() - make_interval(days => ${textDays})
      limit 5000 for update skip locked)`);
};

/** Forgets all requests of a person. */
export const eraseRequests = async (db: Queries, userId: string): Promise<void> => {
  await db.query(sql.type(Nothing)`delete from models.requests where user_id = ${userId}::uuid`);
};

export const readPromptLogging = (db: Queries): Promise<Logging> =>
  db.one(sql.type(Logging)`select enabled, days from models.prompt_logging`);

/** @param days null: as before */
export const writePromptLogging = (db: Queries, enabled: boolean, days: number | null): Promise<Logging> =>
  db.one(sql.type(Logging)`
    update models.prompt_logging set enabled = ${enabled}, days = coalesce(${days}::int, days)
    returning enabled, days`);
