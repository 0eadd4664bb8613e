import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '#subgraphs/users/api-keys.ts';
import { OPERATOR } from '#subgraphs/users/audit.ts';
import { quotasOf, setQuota, type QuotaDefinition } from '#subgraphs/users/store/quotas.ts';
import { serviceAddress } from '#mesh/database/pool.ts';
import { startTestBilling, type TestBilling } from '#tests/harness/billing.ts';

let billing: TestBilling;
beforeAll(async () => {
  billing = await startTestBilling();
});
afterAll(() => billing.stop());

const limit = (definition: Partial<QuotaDefinition> & Pick<QuotaDefinition, 'subject' | 'limit'>): Promise<bigint> =>
  setQuota(billing.users, { model: null, unit: 'tokens', period: 'month', ...definition });
const figures = async (subject: QuotaDefinition['subject'], id: bigint) => {
  const quota = (await quotasOf(billing.users, [subject])).find((one) => one.id === id);
  return quota && { limit: quota.limit, spent: quota.spent, reserved: quota.reserved };
};
const granted = async (userId: string, max: number) => {
  const request = randomUUID();
  expect(await billing.reserve(userId, { request, max })).toMatchObject({ outcome: 'granted' });
  return request;
};

describe('a limit that is lowered', () => {
  test.each([
    ['in total', 'total', 'starter'],
    ['of a month', 'month', null],
  ] as const)(
    '%s below what is held gives nothing of it to others when that is free again',
    async (_name, period, model) => {
      const id = await billing.user({ tokens: 100_000 });
      const subject = `user:${id}` as const;
      const quota = await limit({ subject, period, model, limit: 5_000 });
      const request = await granted(id, 4_000);
      await limit({ subject, period, model, limit: 100 });
      expect(await billing.reserve(id, { max: 1_000 })).toMatchObject({ outcome: 'denied', limitingQuota: quota });
      await billing.settle(request, 10);
      expect(await figures(subject, quota)).toEqual({ limit: 100n, spent: 20n, reserved: 0n });
      // 100 − 20 − the prompt of 10
      expect(await billing.reserve(id, { max: 1_000 })).toMatchObject({ outcome: 'granted', cap: 70 });
      expect(await billing.reserve(id)).toMatchObject({ outcome: 'denied' });
    },
  );

  test('and raised again allows what the new one does', async () => {
    const id = await billing.user({ tokens: 100_000 });
    const subject = `user:${id}` as const;
    await limit({ subject, limit: 5_000 });
    await granted(id, 4_000);
    await limit({ subject, limit: 100 });
    await limit({ subject, limit: 10_000 });
    expect(await billing.reserve(id, { max: 100_000 })).toMatchObject({ outcome: 'granted', cap: 5_980 });
  });
});

describe('a limit that begins', () => {
  test('keeps no chat waiting while it adds up the bill', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const subject = `user:${id}` as const;
    let begun: Promise<bigint> | undefined;
    await billing.whileLocked('lock table billing.token_usage in access exclusive mode', [], async () => {
      begun = limit({ subject, limit: 500 });
      await billing.waitForLocked(1);
      expect(await billing.reserve(id)).toMatchObject({ outcome: 'granted' });
    });
    expect(await figures(subject, (await begun) ?? 0n)).toEqual({ limit: 500n, spent: 0n, reserved: 20n });
  });

  test('counts once what is settled after it has added up the bill', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const subject = `user:${id}` as const;
    const [before, meanwhile] = [await granted(id, 10), await granted(id, 10)];
    await billing.settle(before, 5);
    let begun: Promise<bigint> | undefined;
    await billing.whileLocked('select pg_advisory_xact_lock_shared(6813005)', [], async () => {
      begun = limit({ subject, limit: 500 });
      await billing.waitForLocked(1);
      await billing.settle(meanwhile, 7);
    });
    expect(await figures(subject, (await begun) ?? 0n)).toEqual({ limit: 500n, spent: 32n, reserved: 0n });
  });

  test('counts once what is settled before it, and committed while it waits', async () => {
    const id = await billing.user({ tokens: 1_000 });
    const subject = `user:${id}` as const;
    const request = await granted(id, 10);
    const settling = new Client({
      connectionString: serviceAddress(billing.database.url, 'models', billing.database.secret),
    });
    await settling.connect();
    try {
      await settling.query('begin');
      await settling.query("select billing.settle($1, 'worker', 5, 'settled', true)", [request]);
      const begun = limit({ subject, limit: 500 });
      await billing.waitForLocked(1);
      await settling.query('commit');
      expect(await figures(subject, await begun)).toEqual({ limit: 500n, spent: 15n, reserved: 0n });
    } finally {
      await settling.end();
    }
  });

  test('with a new key waits for nobody, and holds', async () => {
    const id = await billing.user({ tokens: 1_000 });
    let key = '';
    await billing.whileLocked('select pg_advisory_xact_lock_shared(6813005)', [], async () => {
      const limits = { tokenBudget: 25, requestsPerMinute: 5, tokensPerMinute: 100 };
      const made = await createApiKey(
        billing.users,
        { actor: OPERATOR, caller: null },
        { name: 'new', userId: id, ...limits },
      );
      key = made.apiKey.id;
    });
    expect(await billing.reserve(id, { key, max: 100 })).toMatchObject({ outcome: 'granted', cap: 15 });
    expect(await billing.reserve(id, { key })).toMatchObject({ outcome: 'denied' });
  });
});
