import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBilling, type TestBilling } from '#tests/harness/billing.ts';

let billing: TestBilling;
beforeAll(async () => {
  billing = await startTestBilling();
});
afterAll(() => billing.stop());

describe('a heartbeat', () => {
  test('never lowers what was recorded, and settling with less charges what was recorded', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request, prompt: 10, max: 20 });
    expect(await billing.heartbeat(request, 8)).toBe('ok');
    expect(await billing.heartbeat(request, 3)).toBe('ok');
    await billing.settle(request, 0, 'cancelled');
    expect(await billing.bill(request)).toMatchObject([{ completion: 8, outcome: 'cancelled' }]);
  });

  test('is lost for another worker, an unknown request and a closed one', async () => {
    const request = randomUUID();
    await billing.reserve(await billing.user({ tokens: 100 }), { request });
    expect(await billing.heartbeat(request, 1, 'another worker')).toBe('lost');
    expect(await billing.heartbeat(randomUUID(), 1)).toBe('lost');
    await billing.settle(request, 1);
    expect(await billing.heartbeat(request, 2)).toBe('lost');
  });

  test('says that the account was suspended, and records nothing more', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request });
    expect(await billing.heartbeat(request, 2)).toBe('ok');
    await billing.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [id]);
    expect(await billing.heartbeat(request, 4)).toBe('inactive');
    expect(await billing.settle(request, 2, 'cancelled')).toBe('cancelled');
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 12 });
  });

  test('of more than was reserved, or less than nothing, is an error', async () => {
    const request = randomUUID();
    await billing.reserve(await billing.user({ tokens: 100 }), { request, max: 5 });
    await expect(billing.heartbeat(request, 6)).rejects.toMatchObject({ constraint: 'within_cap' });
    await expect(billing.heartbeat(request, -1)).rejects.toMatchObject({ code: '22023' });
    expect(await billing.heartbeat(request, 5)).toBe('ok');
  });
});

describe('a settlement', () => {
  test('is made once: the second answers the state and charges nothing', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request, prompt: 10, max: 50 });
    const states = await Promise.all([
      billing.settle(request, 7),
      billing.settle(request, 40, 'cancelled'),
      billing.settle(request, 50, 'failed'),
    ]);
    expect(new Set(states).size).toBe(1);
    const [row] = await billing.bill(request);
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: row?.['total'] });
    expect(await billing.settle(request, 1)).toBe(states[0]);
    expect(await billing.bill(request)).toHaveLength(1);
  });

  test('never charges more than was held', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request, prompt: 10, max: 5 });
    await billing.settle(request, 1_000);
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 15 });
  });

  test('of a failure before the first token costs nothing, and is on the bill as such', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request });
    expect(await billing.settle(request, 0, 'failed', false)).toBe('failed');
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
    expect(await billing.bill(request)).toEqual([{ prompt: 0, completion: 0, total: 0, cost: 0, outcome: 'failed' }]);
  });

  test('of a failure after the first token charges the prompt too', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request, prompt: 10 });
    await billing.heartbeat(request, 3);
    await billing.settle(request, 0, 'failed', false);
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 13 });
  });

  test('of an unknown request is unknown', async () => {
    expect(await billing.settle(randomUUID(), 1)).toBe('unknown');
  });

  test('of less than nothing, or with an outcome that is not ours, is an error', async () => {
    await expect(billing.settle(randomUUID(), -1)).rejects.toMatchObject({ code: '22023' });
    await expect(billing.settle(randomUUID(), 1, 'expired')).rejects.toMatchObject({ code: '22023' });
  });
});
