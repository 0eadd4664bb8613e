import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reapOne } from '#subgraphs/users/store/billing.ts';
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

describe('a lease that runs out', () => {
  const expire = (request: string) =>
    billing.database.sql(
      "update billing.llm_requests set lease_until = now() - interval '1 second' where request_id = $1",
      [request],
    );

  test('is closed at what was last recorded, and its worker has lost it', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request, prompt: 10, max: 50 });
    await billing.heartbeat(request, 8);
    await expire(request);
    await reap();
    expect(await billing.bill(request)).toMatchObject([{ prompt: 10, completion: 8, outcome: 'expired' }]);
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 18 });
    expect(await billing.heartbeat(request, 16)).toBe('lost');
    expect(await billing.settle(request, 16)).toBe('expired');
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 18 });
  });

  test('costs nothing when its worker never recorded a token', async () => {
    const id = await billing.user({ tokens: 100 });
    const request = randomUUID();
    await billing.reserve(id, { request });
    await expire(request);
    await reap();
    expect(await billing.balance(id)).toEqual({ granted: 100, reserved: 0, spent: 0 });
  });

  test('does not wait behind another whose worker just now reports', async () => {
    const id = await billing.user({ tokens: 100 });
    const [reporting, gone] = [randomUUID(), randomUUID()];
    for (const request of [reporting, gone]) {
      await billing.reserve(id, { request });
      await expire(request);
    }
    await billing.whileLocked(
      'select from billing.llm_requests where request_id = $1 for update',
      [reporting],
      async () => {
        await reap();
        expect(await billing.bill(gone)).toMatchObject([{ outcome: 'expired' }]);
      },
    );
    expect(await billing.heartbeat(reporting, 1)).toBe('ok');
    await billing.settle(reporting, 1);
  });

  test('leaves the requests that still run alone, and closes every one that does not, once', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const requests = Array.from({ length: 10 }, () => randomUUID());
    await Promise.all(requests.map((request) => billing.reserve(id, { request })));
    const [running = '', ...gone] = requests;
    await Promise.all(requests.map((request) => billing.heartbeat(request, 1)));
    await Promise.all(gone.map(expire));
    // Several replicas keep house at the same moment.
    await Promise.all(Array.from({ length: 4 }, () => reap()));
    expect(await billing.balance(id)).toEqual({ granted: 1_000, reserved: 20, spent: 9 * 11 });
    expect(await billing.settle(running, 1)).toBe('settled');
  });
});
