import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBilling, type TestBilling } from '#tests/harness/billing.ts';

let billing: TestBilling;
beforeAll(async () => {
  billing = await startTestBilling();
});
afterAll(() => billing.stop());

describe('a request without a completion', () => {
  /** Reserves a prompt of 40 tokens for a user who has 100. */
  const reserved = async () => {
    const user = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(user, { request, prompt: 40, max: 0, min: 0 });
    return { user, request };
  };

  test('holds its prompt alone, and is charged it', async () => {
    const { user, request } = await reserved();
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 40, spent: 0 });
    expect(await billing.settlePrompt(request, 40)).toBe('settled');
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: 40 });
    expect(await billing.bill(request)).toMatchObject([{ prompt: 40, completion: 0, cost: 80, outcome: 'settled' }]);
  });

  test('is charged only what was read of its prompt, in each unit that it holds', async () => {
    const user = await billing.user({ tokens: 100 });
    await billing.quota(user, 'microcredits', 'day', 1_000);
    await billing.quota(user, 'requests', 'day', 10);
    const request = randomUUID();
    await billing.reserve(user, { request, prompt: 40, max: 0, min: 0 });
    expect(await billing.settlePrompt(request, 15, 'cancelled')).toBe('cancelled');
    expect(await billing.bill(request)).toMatchObject([{ prompt: 15, total: 15, cost: 30, outcome: 'cancelled' }]);
    const windows = await billing.database.sql(
      `select q.unit, w.spent::int, w.reserved::int from billing.quota_window w join billing.quota q on q.id = w.quota_id
       where q.subject = $1 order by q.unit`,
      [`user:${user}`],
    );
    expect(windows).toEqual([
      { unit: 'microcredits', spent: 30, reserved: 0 },
      { unit: 'requests', spent: 1, reserved: 0 },
      { unit: 'tokens', spent: 15, reserved: 0 },
    ]);
  });

  test('of which nothing was read costs nothing', async () => {
    const { user, request } = await reserved();
    expect(await billing.settlePrompt(request, 0, 'failed')).toBe('failed');
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('is never charged more than it holds, nor twice', async () => {
    const { user, request } = await reserved();
    const states = await Promise.all([
      billing.settlePrompt(request, 99),
      billing.settlePrompt(request, 7, 'cancelled'),
    ]);
    expect(new Set(states).size).toBe(1);
    const [row] = await billing.bill(request);
    expect(row?.['total']).toBe(states[0] === 'settled' ? 40 : 7);
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: row?.['total'] });
  });

  test('of fewer than no tokens is an error', async () => {
    const { request } = await reserved();
    await expect(billing.settlePrompt(request, -1)).rejects.toMatchObject({ code: '22023' });
  });
});

describe('a request whose prompt is counted at its end', () => {
  /** Reserves as much as a prompt of 60 tokens can have, and 30 of an answer, for a user who has 100. */
  const reserved = async () => {
    const user = await billing.user({ tokens: 100 });
    await billing.quota(user, 'microcredits', 'day', 1_000);
    const request = randomUUID();
    await billing.reserve(user, { request, prompt: 60, max: 30, min: 1 });
    return { user, request };
  };

  test('is charged what was counted of it and of its answer, and gives back the rest', async () => {
    const { user, request } = await reserved();
    expect(await billing.settleMeasured(request, { prompt: 15, completion: 4 })).toBe('settled');
    expect(await billing.bill(request)).toMatchObject([{ prompt: 15, completion: 4, total: 19, outcome: 'settled' }]);
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: 19 });
    const [row] = await billing.bill(request);
    const [credits] = await billing.database.sql(
      `select w.spent::int, w.reserved::int from billing.quota_window w join billing.quota q on q.id = w.quota_id
       where q.subject = $1 and q.unit = 'microcredits'`,
      [`user:${user}`],
    );
    expect(credits).toEqual({ spent: row?.['cost'], reserved: 0 });
  });

  test('is never charged more than it holds, whatever was counted, nor twice', async () => {
    const { user, request } = await reserved();
    const counted = { prompt: 1_000_000_000, completion: 1_000_000_000 };
    expect(await billing.settleMeasured(request, counted)).toBe('settled');
    expect(await billing.settleMeasured(request, { prompt: 1, completion: 1 }, 'cancelled')).toBe('settled');
    expect(await billing.bill(request)).toMatchObject([{ prompt: 60, completion: 30 }]);
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: 90 });
  });

  test('that fails before anything was delivered costs nothing', async () => {
    const { user, request } = await reserved();
    expect(await billing.settleMeasured(request, { prompt: 15, completion: 0 }, 'failed', false)).toBe('failed');
    expect(await billing.balance(user)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('of fewer than no tokens is an error', async () => {
    const { request } = await reserved();
    const counted = { prompt: -1, completion: 0 };
    await expect(billing.settleMeasured(request, counted)).rejects.toMatchObject({ code: '22023' });
  });
});
