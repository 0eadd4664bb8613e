import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantTokens, reapOne } from '#subgraphs/users/store/billing.ts';
import { startTestBilling, type TestBilling } from '#tests/harness/billing.ts';

let billing: TestBilling;
beforeAll(async () => {
  billing = await startTestBilling();
});
afterAll(() => billing.stop());

/** What housekeeping does with what is left open. */
const reap = async (): Promise<void> => {
  while (await reapOne(billing.users));
};

describe('prepaid tokens', () => {
  test('add up in the balance and in the ledger, also while requests run', async () => {
    const id = await billing.user({ tokens: 0 });
    expect(await billing.reserve(id)).toMatchObject({ outcome: 'denied' });
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await grantTokens(billing.users, { userId: id, tokens: 5, reason: null, by: id });
        await billing.reserve(id, { prompt: 1, max: 1 });
      }),
    );
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 40, spent: 0 });
    const [ledger] = await billing.database.sql(
      'select count(*)::int, sum(tokens)::int from billing.grants where user_id = $1',
      [id],
    );
    expect(ledger).toEqual({ count: 20, sum: 100 });
  });

  test('are opened once when a first grant and a first request come together', async () => {
    const id = await billing.user();
    await Promise.all([
      ...Array.from({ length: 6 }, () =>
        grantTokens(billing.users, { userId: id, tokens: 10, reason: null, by: null }),
      ),
      ...Array.from({ length: 6 }, () => billing.reserve(id, { prompt: 1, max: 1 })),
    ]);
    expect(await billing.balance(id)).toMatchObject({ granted: 60, spent: 0 });
  });

  test('are never negative, never more than an Int holds, and never for nobody', async () => {
    const id = await billing.user({ tokens: 2_147_483_647 });
    const grant = { userId: id, reason: null, by: null };
    await expect(grantTokens(billing.users, { ...grant, tokens: -1 })).rejects.toMatchObject({ code: '22023' });
    await expect(grantTokens(billing.users, { ...grant, tokens: 2_147_483_648 })).rejects.toMatchObject({
      code: '22023',
    });
    expect(await grantTokens(billing.users, { ...grant, tokens: 1 })).toBe(false);
    await expect(grantTokens(billing.users, { ...grant, userId: randomUUID(), tokens: 1 })).rejects.toMatchObject({
      code: 'P0002',
    });
    expect(await billing.balance(id)).toMatchObject({ granted: 2_147_483_647 });
  });
});

describe('many at once', () => {
  test('100 reservations never hold more than the balance, and use all of it', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const all = await Promise.all(
      Array.from({ length: 100 }, () => billing.reserve(id, { prompt: 7, max: 30, min: 1 })),
    );
    const granted = all.filter(({ outcome }) => outcome === 'granted');
    const held = granted.reduce((sum, { cap }) => sum + 7 + cap, 0);
    const now = await billing.balance(id);
    expect(now).toEqual({ granted: 1_000, reserved: held, spent: 0 });
    // 27 × 37 = 999; the token that is left is not enough for a prompt.
    expect(granted).toHaveLength(27);
    expect(all.filter(({ outcome }) => outcome === 'denied')).toHaveLength(73);
  });

  test('requests of every ending leave a bill that sums up to what was spent, with nothing held', async () => {
    const id = await billing.user({ tokens: 3_000 });
    await billing.quota(id, 'microcredits', 'month', 8_000);
    await billing.quota(id, 'tokens', 'day', 2_500, 'small');
    const endings = ['settled', 'cancelled', 'failed'];
    await Promise.all(
      Array.from({ length: 120 }, async (_, n) => {
        const request = randomUUID();
        const worker = `worker ${n}`;
        const granted = await billing.reserve(id, {
          request,
          worker,
          prompt: 1 + (n % 9),
          max: 40,
          model: n % 2 ? 'small' : 'large',
        });
        if (granted.outcome !== 'granted') return;
        const tokens = n % (granted.cap + 1);
        expect(await billing.heartbeat(request, Math.floor(tokens / 2), worker)).toBe('ok');
        if (n % 10 === 0) {
          await billing.database.sql(
            'update billing.llm_requests set lease_until = now() - interval $$1 s$$ where request_id = $1',
            [request],
          );
          return;
        }
        await Promise.all([1, 2].map(() => billing.settle(request, tokens, endings[n % 3], n % 3 !== 2, worker)));
      }),
    );
    await reap();
    const windows = await billing.database.sql(
      `select w.spent, w.reserved, (
         select coalesce(sum(case q.unit when 'tokens' then u.total_tokens else u.cost_microcredits end), 0)
         from billing.token_usage u join billing.llm_requests r using (request_id) cross join unnest(r.holds) h
         where h.quota_id = w.quota_id and h.window_start = w.window_start) as billed
       from billing.quota q join billing.quota_window w on w.quota_id = q.id where q.subject = $1`,
      [`user:${id}`],
    );
    expect(windows).toHaveLength(3);
    for (const window of windows) expect(window).toMatchObject({ spent: window['billed'], reserved: '0' });
    const [open] = await billing.database.sql(
      "select count(*)::int from billing.llm_requests where state = 'open' and user_id = $1",
      [id],
    );
    expect(open).toEqual({ count: 0 });
  });
});
