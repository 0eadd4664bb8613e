import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { sql } from 'slonik';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { balancesByUser, type Balance } from '#subgraphs/users/store/billing.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { insertUser } from './users.ts';

const count = z.bigint().transform(Number);
const Reserved = z.object({
  outcome: z.string(),
  cap: count,
  limitingQuota: z.bigint().nullable(),
  retryAt: z.number().nullable(),
});
type Reserved = z.infer<typeof Reserved>;
const State = z.object({ state: z.string() });

/** What a reservation is asked with; what is left out has a plain value. */
export interface Asked {
  readonly request?: string;
  readonly worker?: string;
  readonly model?: string;
  readonly prompt?: number | null;
  readonly max?: number;
  readonly min?: number | null;
  readonly key?: string;
  readonly leaseSeconds?: number;
}

type Row = Record<string, unknown>;

/** The SQL of billing as the services reach it, on a database of its own where a token costs 2 in and 3 out. */
export interface TestBilling {
  readonly database: TestDatabase;
  /** The pool of the users service. */
  readonly users: Database;
  user(options?: { readonly tokens?: number; readonly status?: string }): Promise<string>;
  reserve(userId: string, asked?: Asked): Promise<Reserved>;
  heartbeat(request: string, completion: number, worker?: string): Promise<string>;
  settle(
    request: string,
    completion: number,
    outcome?: string,
    chargePrompt?: boolean,
    worker?: string,
  ): Promise<string>;
  settlePrompt(request: string, prompt: number, outcome?: string): Promise<string>;
  settleMeasured(
    request: string,
    tokens: { readonly prompt: number; readonly completion: number },
    outcome?: string,
    chargePrompt?: boolean,
  ): Promise<string>;
  balance(userId: string): Promise<Balance | undefined>;
  bill(request: string): Promise<Row[]>;
  /** Writes a quota of a user, and answers its id. */
  quota(userId: string, unit: string, period: string, limit: number, model?: string | null): Promise<bigint>;
  /** Holds the rows that a query locks for as long as `work` runs. */
  whileLocked(text: string, values: readonly unknown[], work: () => Promise<void>): Promise<void>;
  /** Waits until so many connections wait for a lock. */
  waitForLocked(count: number): Promise<void>;
  stop(): Promise<void>;
}

export const startTestBilling = async (): Promise<TestBilling> => {
  const log = createLog('test', 'silent');
  const database = await freshDatabase();
  for (const model of ['starter', 'small', 'large']) {
    await database.sql('select billing.set_model_price($1, 2, 3)', [model]);
  }
  const models = await openPool(serviceAddress(database.url, 'models', database.secret), log);
  const users = await openPool(serviceAddress(database.url, 'users', database.secret), log);
  let accounts = 0;

  const user: TestBilling['user'] = (options = {}) =>
    insertUser(database, `user${(accounts += 1)}@devstudio.test`, options);

  const reserve = (userId: string, asked: Asked = {}): Promise<z.infer<typeof Reserved>> => {
    const { request = randomUUID(), worker = 'worker', model = 'starter', prompt = 10, max = 10, min = 1 } = asked;
    const { key = null, leaseSeconds = 60 } = asked;
    return models.one(sql.type(Reserved)`
      select outcome, completion_cap as cap, limiting_quota as "limitingQuota", retry_at as "retryAt"
      from billing.reserve(${request}, ${worker}, ${userId}, ${key}, ${model}, ${prompt}, ${max}, ${min},
        make_interval(secs => ${leaseSeconds}))`);
  };

  const heartbeat = (request: string, completion: number, worker = 'worker'): Promise<string> =>
    models.oneFirst(
      sql.type(State)`select billing.heartbeat(${request}, ${worker}, ${completion}, interval '1 minute') as state`,
    );

  const settle = (
    request: string,
    completion: number,
    outcome = 'settled',
    chargePrompt = true,
    worker = 'worker',
  ): Promise<string> =>
    models.oneFirst(
      sql.type(
        State,
      )`select billing.settle(${request}, ${worker}, ${completion}, ${outcome}, ${chargePrompt}) as state`,
    );

  const settlePrompt = (request: string, prompt: number, outcome = 'settled'): Promise<string> =>
    models.oneFirst(
      sql.type(State)`select billing.settle_prompt(${request}, 'worker', ${prompt}, ${outcome}) as state`,
    );

  const settleMeasured: TestBilling['settleMeasured'] = (
    request,
    { prompt, completion },
    outcome = 'settled',
    chargePrompt = true,
  ) =>
    models.oneFirst(
      sql.type(State)`
        select billing.settle_measured(${request}, 'worker', ${prompt}, ${completion}, ${outcome}, ${chargePrompt}) as state
      `,
    );

  const balance = async (userId: string) => (await balancesByUser(users, [userId])).get(userId);

  const bill = (request: string) =>
    database.sql(
      `select prompt_tokens::int as prompt, completion_tokens::int as completion, total_tokens::int as total,
         cost_microcredits::int as cost, outcome from billing.token_usage where request_id = $1`,
      [request],
    );

  const quota = async (userId: string, unit: string, period: string, limit: number, model: string | null = null) => {
    const [row] = await database.sql(
      'insert into billing.quota (subject, model_id, unit, period, limit_units) values ($1, $2, $3, $4, $5) returning id',
      [`user:${userId}`, model, unit, period, limit],
    );
    return BigInt(z.string().parse(row?.['id']));
  };

  const whileLocked = async (text: string, values: readonly unknown[], work: () => Promise<void>): Promise<void> => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query(text, [...values]);
      await work();
    } finally {
      await holder.end();
    }
  };

  const waitForLocked = (count: number): Promise<void> =>
    vi.waitFor(
      async () => {
        const waiting = await database.sql(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        expect(waiting).toHaveLength(count);
      },
      { timeout: 30_000, interval: 10 },
    );

  const stop = async (): Promise<void> => {
    await models.end();
    await users.end();
    await database.drop();
  };
  return {
    database,
    users,
    user,
    reserve,
    heartbeat,
    settle,
    settlePrompt,
    settleMeasured,
    balance,
    bill,
    quota,
    whileLocked,
    waitForLocked,
    stop,
  };
};
