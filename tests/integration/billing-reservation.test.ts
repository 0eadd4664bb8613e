import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBilling, type Asked, type TestBilling } from '#tests/harness/billing.ts';

let billing: TestBilling;
beforeAll(async () => {
  billing = await startTestBilling();
});
afterAll(() => billing.stop());

describe('a reservation', () => {
  test('holds the prompt and the completion, and settling charges what was used', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    expect(await billing.reserve(id, { request, prompt: 10, max: 20 })).toEqual({
      outcome: 'granted',
      cap: 20,
      limitingQuota: null,
      retryAt: null,
    });
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 30, spent: 0 });
    expect(await billing.heartbeat(request, 8)).toBe('ok');
    expect(await billing.settle(request, 12)).toBe('settled');
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 22 });
    expect(await billing.bill(request)).toEqual([
      { prompt: 10, completion: 12, total: 22, cost: 10 * 2 + 12 * 3, outcome: 'settled' },
    ]);
  });

  test('is clamped to what the balance still allows, and names the quota that clamps it', async () => {
    const id = await billing.user({ tokens: 15 });
    const { limitingQuota, ...granted } = await billing.reserve(id, { prompt: 10, max: 100 });
    expect(granted).toEqual({ outcome: 'granted', cap: 5, retryAt: null });
    expect(limitingQuota).not.toBeNull();
    expect(await billing.balance(id)).toEqual({ granted: 15, reserved: 15, spent: 0 });
  });

  test('is denied when less than the least is left, and holds nothing', async () => {
    const id = await billing.user({ tokens: 15 });
    expect(await billing.reserve(id, { prompt: 10, max: 100, min: 6 })).toMatchObject({
      outcome: 'denied',
      cap: 0,
      retryAt: null,
    });
    expect(await billing.reserve(id, { prompt: 16, max: 100 })).toMatchObject({ outcome: 'denied', cap: 0 });
    expect(await billing.balance(id)).toEqual({ granted: 15, reserved: 0, spent: 0 });
    expect(await billing.database.sql('select from billing.llm_requests where user_id = $1', [id])).toEqual([]);
  });

  test('is refused to a user who was never given a balance, whatever other quotas there are', async () => {
    const id = await billing.user();
    expect(await billing.reserve(id)).toMatchObject({ outcome: 'no_quota', cap: 0 });
    await billing.quota(id, 'requests', 'minute', 100);
    expect(await billing.reserve(id)).toMatchObject({ outcome: 'no_quota', cap: 0 });
    expect(await billing.balance(id)).toEqual({ granted: 0, reserved: 0, spent: 0 });
  });

  test('is refused to a suspended account and to one that does not exist', async () => {
    expect(await billing.reserve(await billing.user({ tokens: 100, status: 'SUSPENDED' }))).toMatchObject({
      outcome: 'inactive',
    });
    expect(await billing.reserve(randomUUID())).toMatchObject({ outcome: 'inactive' });
  });

  test('is made once for one request, however often it is asked for', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const request = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => billing.reserve(id, { request })));
    expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(19);
    expect(await billing.balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 0 });
    await billing.settle(request, 1);
    expect(await billing.reserve(id, { request })).toMatchObject({ outcome: 'duplicate' });
  });

  test('is made once when two of the same request wait for the same balance', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const request = randomUUID();
    let outcomes: Promise<{ outcome: string }[]> = Promise.resolve([]);
    const window =
      'select from billing.quota_window w join billing.quota q on q.id = w.quota_id where q.subject = $1 for update';
    await billing.whileLocked(window, [`user:${id}`], async () => {
      outcomes = Promise.all([billing.reserve(id, { request }), billing.reserve(id, { request })]);
      await billing.waitForLocked(2);
    });
    expect((await outcomes).map(({ outcome }) => outcome).toSorted()).toEqual(['duplicate', 'granted']);
    expect(await billing.balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 0 });
  });

  test.each<[string, Asked]>([
    ['a negative prompt', { prompt: -1 }],
    ['no prompt', { prompt: null }],
    ['a negative least', { min: -1 }],
    ['no least', { min: null }],
    ['a most below the least', { max: 1, min: 2 }],
    ['a lease that is over', { leaseSeconds: 0 }],
  ])('with %s is an error and holds nothing', async (_what, asked) => {
    const id = await billing.user({ tokens: 100 });
    await expect(billing.reserve(id, asked)).rejects.toMatchObject({ code: '22023' });
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('is held against every quota that applies, and clamped by the tightest', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const credits = await billing.quota(id, 'microcredits', 'day', 100);
    await billing.quota(id, 'requests', 'minute', 2);
    await billing.quota(id, 'tokens', 'month', 500);
    await billing.quota(id, 'tokens', 'month', 1, 'another model');
    const request = randomUUID();
    // 10 prompt tokens at 2 leave 80 micro-credits: 26 tokens at 3.
    expect(await billing.reserve(id, { request, max: 300 })).toMatchObject({
      outcome: 'granted',
      cap: 26,
      limitingQuota: credits,
    });
    expect(await billing.settle(request, 4)).toBe('settled');
    const windows = await billing.database.sql(
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
    const id = await billing.user({ tokens: 1_000 });
    await billing.quota(id, 'tokens', 'minute', 25);
    const monthly = await billing.quota(id, 'tokens', 'month', 25);
    await billing.quota(id, 'tokens', 'day', 25);
    await billing.reserve(id);
    const denied = await billing.reserve(id);
    const [row] = await billing.database.sql(
      `select extract(epoch from (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC')::int as seconds`,
    );
    expect(denied).toMatchObject({
      outcome: 'denied',
      limitingQuota: monthly,
      retryAt: Number(row?.['seconds']) * 1_000,
    });
    const broke = await billing.user({ tokens: 5 });
    await billing.quota(broke, 'tokens', 'minute', 5);
    expect(await billing.reserve(broke)).toMatchObject({ outcome: 'denied', retryAt: null });
  });
});
