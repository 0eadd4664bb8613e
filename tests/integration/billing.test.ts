import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { keepHouse } from '#subgraphs/users/housekeeping.ts';
import { balancesByUser, grantTokens } from '#subgraphs/users/store/billing.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { insertUser } from '#tests/harness/users.ts';

const count = z.bigint().transform(Number);
const Reserved = z.object({
  outcome: z.string(),
  cap: count,
  limitingQuota: z.bigint().nullable(),
  retryAt: z.number().nullable(),
});
const State = z.object({ state: z.string() });
const log = createLog('test', 'silent');

let database: TestDatabase;
/** The pool of the models service, with its rights. */
let models: Database;
/** The pool of the users service. */
let users: Database;
let accounts = 0;

beforeAll(async () => {
  database = await freshDatabase();
  for (const model of ['starter', 'small', 'large']) {
    await database.sql('select billing.set_model_price($1, 2, 3)', [model]);
  }
  models = await openPool(serviceAddress(database.url, 'models', database.secret), log);
  users = await openPool(serviceAddress(database.url, 'users', database.secret), log);
});

afterAll(async () => {
  await models.end();
  await users.end();
  await database.drop();
});

const user = (options: { tokens?: number; status?: string } = {}): Promise<string> =>
  insertUser(database, `user${(accounts += 1)}@devstudio.test`, options);

interface Asked {
  readonly request?: string;
  readonly worker?: string;
  readonly model?: string;
  readonly prompt?: number | null;
  readonly max?: number;
  readonly min?: number | null;
  readonly key?: string;
  readonly leaseSeconds?: number;
}

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
    sql.type(State)`select billing.settle(${request}, ${worker}, ${completion}, ${outcome}, ${chargePrompt}) as state`,
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

/** Holds the rows that a query locks for as long as `work` runs. */
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

describe('a reservation', () => {
  test('holds the prompt and the completion, and settling charges what was used', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    expect(await reserve(id, { request, prompt: 10, max: 20 })).toEqual({
      outcome: 'granted',
      cap: 20,
      limitingQuota: null,
      retryAt: null,
    });
    expect(await balance(id)).toEqual({ granted: 100, reserved: 30, spent: 0 });
    expect(await heartbeat(request, 8)).toBe('ok');
    expect(await settle(request, 12)).toBe('settled');
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 22 });
    expect(await bill(request)).toEqual([
      { prompt: 10, completion: 12, total: 22, cost: 10 * 2 + 12 * 3, outcome: 'settled' },
    ]);
  });

  test('is clamped to what the balance still allows, and names the quota that clamps it', async () => {
    const id = await user({ tokens: 15 });
    const { limitingQuota, ...granted } = await reserve(id, { prompt: 10, max: 100 });
    expect(granted).toEqual({ outcome: 'granted', cap: 5, retryAt: null });
    expect(limitingQuota).not.toBeNull();
    expect(await balance(id)).toEqual({ granted: 15, reserved: 15, spent: 0 });
  });

  test('is denied when less than the least is left, and holds nothing', async () => {
    const id = await user({ tokens: 15 });
    expect(await reserve(id, { prompt: 10, max: 100, min: 6 })).toMatchObject({
      outcome: 'denied',
      cap: 0,
      retryAt: null,
    });
    expect(await reserve(id, { prompt: 16, max: 100 })).toMatchObject({ outcome: 'denied', cap: 0 });
    expect(await balance(id)).toEqual({ granted: 15, reserved: 0, spent: 0 });
    expect(await database.sql('select from billing.llm_requests where user_id = $1', [id])).toEqual([]);
  });

  test('is refused to a user who was never given a balance, whatever other quotas there are', async () => {
    const id = await user();
    expect(await reserve(id)).toMatchObject({ outcome: 'no_quota', cap: 0 });
    await quota(id, 'requests', 'minute', 100);
    expect(await reserve(id)).toMatchObject({ outcome: 'no_quota', cap: 0 });
    expect(await balance(id)).toEqual({ granted: 0, reserved: 0, spent: 0 });
  });

  test('is refused to a suspended account and to one that does not exist', async () => {
    expect(await reserve(await user({ tokens: 100, status: 'SUSPENDED' }))).toMatchObject({ outcome: 'inactive' });
    expect(await reserve(randomUUID())).toMatchObject({ outcome: 'inactive' });
  });

  test('is made once for one request, however often it is asked for', async () => {
    const id = await user({ tokens: 1_000 });
    const request = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => reserve(id, { request })));
    expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(19);
    expect(await balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 0 });
    await settle(request, 1);
    expect(await reserve(id, { request })).toMatchObject({ outcome: 'duplicate' });
  });

  test('is made once when two of the same request wait for the same balance', async () => {
    const id = await user({ tokens: 1_000 });
    const request = randomUUID();
    let outcomes: Promise<{ outcome: string }[]> = Promise.resolve([]);
    const window =
      'select from billing.quota_window w join billing.quota q on q.id = w.quota_id where q.subject = $1 for update';
    await whileLocked(window, [`user:${id}`], async () => {
      outcomes = Promise.all([reserve(id, { request }), reserve(id, { request })]);
      await waitForLocked(2);
    });
    expect((await outcomes).map(({ outcome }) => outcome).toSorted()).toEqual(['duplicate', 'granted']);
    expect(await balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 0 });
  });

  test.each<[string, Asked]>([
    ['a negative prompt', { prompt: -1 }],
    ['no prompt', { prompt: null }],
    ['a negative least', { min: -1 }],
    ['no least', { min: null }],
    ['a most below the least', { max: 1, min: 2 }],
    ['a lease that is over', { leaseSeconds: 0 }],
  ])('with %s is an error and holds nothing', async (_what, asked) => {
    const id = await user({ tokens: 100 });
    await expect(reserve(id, asked)).rejects.toMatchObject({ code: '22023' });
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('is held against every quota that applies, and clamped by the tightest', async () => {
    const id = await user({ tokens: 1_000 });
    const credits = await quota(id, 'microcredits', 'day', 100);
    await quota(id, 'requests', 'minute', 2);
    await quota(id, 'tokens', 'month', 500);
    await quota(id, 'tokens', 'month', 1, 'another model');
    const request = randomUUID();
    // 10 prompt tokens at 2 leave 80 micro-credits: 26 tokens at 3.
    expect(await reserve(id, { request, max: 300 })).toMatchObject({
      outcome: 'granted',
      cap: 26,
      limitingQuota: credits,
    });
    expect(await settle(request, 4)).toBe('settled');
    const windows = await database.sql(
      `select unit, period, spent::int, reserved::int from billing.quota join billing.quota_window on quota_id = id
       where subject = $1 order by id`,
      [`user:${id}`],
    );
    expect(windows).toEqual([
      { unit: 'tokens', period: 'total', spent: 14, reserved: 0 },
      { unit: 'microcredits', period: 'day', spent: 32, reserved: 0 },
      { unit: 'requests', period: 'minute', spent: 1, reserved: 0 },
      { unit: 'tokens', period: 'month', spent: 14, reserved: 0 },
    ]);
  });

  test('that several quotas deny may be retried when the last of them begins anew', async () => {
    const id = await user({ tokens: 1_000 });
    await quota(id, 'tokens', 'minute', 25);
    const monthly = await quota(id, 'tokens', 'month', 25);
    await quota(id, 'tokens', 'day', 25);
    await reserve(id);
    const denied = await reserve(id);
    const [row] = await database.sql(
      `select extract(epoch from (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC')::int as seconds`,
    );
    expect(denied).toMatchObject({
      outcome: 'denied',
      limitingQuota: monthly,
      retryAt: Number(row?.['seconds']) * 1_000,
    });
    const broke = await user({ tokens: 5 });
    await quota(broke, 'tokens', 'minute', 5);
    expect(await reserve(broke)).toMatchObject({ outcome: 'denied', retryAt: null });
  });
});

describe('a heartbeat', () => {
  test('never lowers what was recorded, and settling with less charges what was recorded', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request, prompt: 10, max: 20 });
    expect(await heartbeat(request, 8)).toBe('ok');
    expect(await heartbeat(request, 3)).toBe('ok');
    await settle(request, 0, 'cancelled');
    expect(await bill(request)).toMatchObject([{ completion: 8, outcome: 'cancelled' }]);
  });

  test('is lost for another worker, an unknown request and a closed one', async () => {
    const request = randomUUID();
    await reserve(await user({ tokens: 100 }), { request });
    expect(await heartbeat(request, 1, 'another worker')).toBe('lost');
    expect(await heartbeat(randomUUID(), 1)).toBe('lost');
    await settle(request, 1);
    expect(await heartbeat(request, 2)).toBe('lost');
  });

  test('says that the account was suspended, and records nothing more', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request });
    expect(await heartbeat(request, 2)).toBe('ok');
    await database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [id]);
    expect(await heartbeat(request, 4)).toBe('inactive');
    expect(await settle(request, 2, 'cancelled')).toBe('cancelled');
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 12 });
  });

  test('of more than was reserved, or less than nothing, is an error', async () => {
    const request = randomUUID();
    await reserve(await user({ tokens: 100 }), { request, max: 5 });
    await expect(heartbeat(request, 6)).rejects.toMatchObject({ constraint: 'within_cap' });
    await expect(heartbeat(request, -1)).rejects.toMatchObject({ code: '22023' });
    expect(await heartbeat(request, 5)).toBe('ok');
  });
});

describe('a settlement', () => {
  test('is made once: the second answers the state and charges nothing', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request, prompt: 10, max: 50 });
    const states = await Promise.all([
      settle(request, 7),
      settle(request, 40, 'cancelled'),
      settle(request, 50, 'failed'),
    ]);
    expect(new Set(states).size).toBe(1);
    const [row] = await bill(request);
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: row?.['total'] });
    expect(await settle(request, 1)).toBe(states[0]);
    expect(await bill(request)).toHaveLength(1);
  });

  test('never charges more than was held', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request, prompt: 10, max: 5 });
    await settle(request, 1_000);
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 15 });
  });

  test('of a failure before the first token costs nothing, and is on the bill as such', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request });
    expect(await settle(request, 0, 'failed', false)).toBe('failed');
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
    expect(await bill(request)).toEqual([{ prompt: 0, completion: 0, total: 0, cost: 0, outcome: 'failed' }]);
  });

  test('of a failure after the first token charges the prompt too', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request, prompt: 10 });
    await heartbeat(request, 3);
    await settle(request, 0, 'failed', false);
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 13 });
  });

  test('of an unknown request is unknown', async () => {
    expect(await settle(randomUUID(), 1)).toBe('unknown');
  });

  test('of less than nothing, or with an outcome that is not ours, is an error', async () => {
    await expect(settle(randomUUID(), -1)).rejects.toMatchObject({ code: '22023' });
    await expect(settle(randomUUID(), 1, 'expired')).rejects.toMatchObject({ code: '22023' });
  });
});

describe('a lease that runs out', () => {
  const expire = (request: string) =>
    database.sql("update billing.llm_requests set lease_until = now() - interval '1 second' where request_id = $1", [
      request,
    ]);

  test('is closed at what was last recorded, and its worker has lost it', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request, prompt: 10, max: 50 });
    await heartbeat(request, 8);
    await expire(request);
    await keepHouse(users);
    expect(await bill(request)).toMatchObject([{ prompt: 10, completion: 8, outcome: 'expired' }]);
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 18 });
    expect(await heartbeat(request, 16)).toBe('lost');
    expect(await settle(request, 16)).toBe('expired');
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 18 });
  });

  test('costs nothing when its worker never recorded a token', async () => {
    const id = await user({ tokens: 100 });
    const request = randomUUID();
    await reserve(id, { request });
    await expire(request);
    await keepHouse(users);
    expect(await balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('does not wait behind another whose worker just now reports', async () => {
    const id = await user({ tokens: 100 });
    const [reporting, gone] = [randomUUID(), randomUUID()];
    for (const request of [reporting, gone]) {
      await reserve(id, { request });
      await expire(request);
    }
    await whileLocked('select from billing.llm_requests where request_id = $1 for update', [reporting], async () => {
      await keepHouse(users);
      expect(await bill(gone)).toMatchObject([{ outcome: 'expired' }]);
    });
    expect(await heartbeat(reporting, 1)).toBe('ok');
    await settle(reporting, 1);
  });

  test('leaves the requests that still run alone, and closes every one that does not, once', async () => {
    const id = await user({ tokens: 1_000 });
    const requests = Array.from({ length: 10 }, () => randomUUID());
    await Promise.all(requests.map((request) => reserve(id, { request })));
    const [running = '', ...gone] = requests;
    await Promise.all(requests.map((request) => heartbeat(request, 1)));
    await Promise.all(gone.map(expire));
    // Several replicas keep house at the same moment.
    await Promise.all(Array.from({ length: 4 }, () => keepHouse(users)));
    expect(await balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 9 * 11 });
    expect(await settle(running, 1)).toBe('settled');
  });
});

describe('prepaid tokens', () => {
  test('add up in the balance and in the ledger, also while requests run', async () => {
    const id = await user({ tokens: 0 });
    expect(await reserve(id)).toMatchObject({ outcome: 'denied' });
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await grantTokens(users, { userId: id, tokens: 5, reason: null, by: id });
        await reserve(id, { prompt: 1, max: 1 });
      }),
    );
    expect(await balance(id)).toEqual({ granted: 100, reserved: 40, spent: 0 });
    const [ledger] = await database.sql(
      'select count(*)::int, sum(tokens)::int from billing.grants where user_id = $1',
      [id],
    );
    expect(ledger).toEqual({ count: 20, sum: 100 });
  });

  test('are opened once when a first grant and a first request come together', async () => {
    const id = await user();
    await Promise.all([
      ...Array.from({ length: 6 }, () => grantTokens(users, { userId: id, tokens: 10, reason: null, by: null })),
      ...Array.from({ length: 6 }, () => reserve(id, { prompt: 1, max: 1 })),
    ]);
    expect(await balance(id)).toMatchObject({ granted: 60, spent: 0 });
  });

  test('are never negative, never more than an Int holds, and never for nobody', async () => {
    const id = await user({ tokens: 2_147_483_647 });
    const grant = { userId: id, reason: null, by: null };
    await expect(grantTokens(users, { ...grant, tokens: -1 })).rejects.toMatchObject({ code: '22023' });
    await expect(grantTokens(users, { ...grant, tokens: 2_147_483_648 })).rejects.toMatchObject({ code: '22023' });
    expect(await grantTokens(users, { ...grant, tokens: 1 })).toBe(false);
    await expect(grantTokens(users, { ...grant, userId: randomUUID(), tokens: 1 })).rejects.toMatchObject({
      code: 'P0002',
    });
    expect(await balance(id)).toMatchObject({ granted: 2_147_483_647 });
  });
});

describe('many at once', () => {
  test('100 reservations never hold more than the balance, and use all of it', async () => {
    const id = await user({ tokens: 1_000 });
    const all = await Promise.all(Array.from({ length: 100 }, () => reserve(id, { prompt: 7, max: 30, min: 1 })));
    const granted = all.filter(({ outcome }) => outcome === 'granted');
    const held = granted.reduce((sum, { cap }) => sum + 7 + cap, 0);
    const now = await balance(id);
    expect(now).toEqual({ granted: 1_000, reserved: held, spent: 0 });
    // 27 × 37 = 999; the token that is left is not enough for a prompt.
    expect(granted).toHaveLength(27);
    expect(all.filter(({ outcome }) => outcome === 'denied')).toHaveLength(73);
  });

  test('requests of every ending leave a bill that sums up to what was spent, with nothing held', async () => {
    const id = await user({ tokens: 3_000 });
    await quota(id, 'microcredits', 'month', 8_000);
    await quota(id, 'tokens', 'day', 2_500, 'small');
    const endings = ['settled', 'cancelled', 'failed'];
    await Promise.all(
      Array.from({ length: 120 }, async (_, n) => {
        const request = randomUUID();
        const worker = `worker ${n}`;
        const granted = await reserve(id, {
          request,
          worker,
          prompt: 1 + (n % 9),
          max: 40,
          model: n % 2 ? 'small' : 'large',
        });
        if (granted.outcome !== 'granted') return;
        const tokens = n % (granted.cap + 1);
        expect(await heartbeat(request, Math.floor(tokens / 2), worker)).toBe('ok');
        if (n % 10 === 0) {
          await database.sql(
            'update billing.llm_requests set lease_until = now() - interval $$1 s$$ where request_id = $1',
            [request],
          );
          return;
        }
        await Promise.all([1, 2].map(() => settle(request, tokens, endings[n % 3], n % 3 !== 2, worker)));
      }),
    );
    await keepHouse(users);
    const windows = await database.sql(
      `select w.spent, w.reserved, (
         select coalesce(sum(case q.unit when 'tokens' then u.total_tokens else u.cost_microcredits end), 0)
         from billing.token_usage u join billing.llm_requests r using (request_id) cross join unnest(r.holds) h
         where h.quota_id = w.quota_id and h.window_start = w.window_start) as billed
       from billing.quota q join billing.quota_window w on w.quota_id = q.id where q.subject = $1`,
      [`user:${id}`],
    );
    expect(windows).toHaveLength(3);
    for (const window of windows) expect(window).toMatchObject({ spent: window['billed'], reserved: '0' });
    const [open] = await database.sql(
      "select count(*)::int from billing.llm_requests where state = 'open' and user_id = $1",
      [id],
    );
    expect(open).toEqual({ count: 0 });
  });
});
