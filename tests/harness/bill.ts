import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TestDatabase } from './database.ts';

export interface Charge {
  readonly userId: string;
  readonly keyId?: string;
  readonly model?: string;
  /** An instant that PostgreSQL understands. */
  readonly at: string;
  readonly prompt?: number;
  readonly completion?: number;
  /** Micro-credits. */
  readonly cost?: number | bigint;
}

/** Writes requests of the past onto the bill, as the database's owner: they touch no balance. Answers their ids. */
export const writeBill = async (database: TestDatabase, charges: readonly Charge[]): Promise<readonly string[]> => {
  const rows = charges.map(({ keyId = null, model = 'starter', prompt = 0, completion = 0, cost = 0, ...charge }) => ({
    id: randomUUID(),
    user_id: charge.userId,
    key_id: keyId,
    model_id: model,
    at: charge.at,
    prompt,
    completion,
    cost: cost.toString(),
  }));
  await database.sql(
    `with given as (
       select * from json_to_recordset($1) as g(id uuid, user_id uuid, key_id uuid, model_id text, at timestamptz,
         prompt bigint, completion bigint, cost bigint)
     ), requests as (
       insert into billing.llm_requests (request_id, user_id, key_id, model_id, worker, state, prompt_tokens,
         completion_cap, completion_tokens, price_in, price_out, lease_until)
       select id, user_id, key_id, model_id, 'test', 'settled', prompt, completion, completion, 1, 1, at from given
     )
     insert into billing.token_usage (request_id, user_id, key_id, model_id, prompt_tokens, completion_tokens,
       cost_microcredits, outcome, at)
     select id, user_id, key_id, model_id, prompt, completion, cost, 'settled', at from given`,
    [JSON.stringify(rows)],
  );
  return rows.map(({ id }) => id);
};

/** Makes an API key that nobody knows the secret of, as the database's owner. */
export const insertKey = async (
  database: TestDatabase,
  userId: string,
  createdAt = '2026-01-01T00:00:00Z',
): Promise<string> => {
  const [row] = await database.sql(
    `insert into users.api_keys (user_id, name, prefix, hash, scopes, created_at)
     values ($1, 'test', 'cds_test', $2, '{}', $3) returning id`,
    [userId, randomBytes(32), createdAt],
  );
  return z.uuid().parse(row?.['id']);
};
