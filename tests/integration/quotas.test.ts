import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type TestUsers } from '#tests/harness/users.ts';

const QUOTA = 'id subjectKind subjectId model unit period limit spent reserved resetsAt';
const SET = `mutation ($input: QuotaInput!) { setQuota(input: $input) { ${QUOTA} } }`;
const Set = z.object({ setQuota: z.object({ id: z.string() }) });

let users: TestUsers;
let admin: ReturnType<typeof someone>;
beforeAll(async () => {
  users = await startTestUsers();
  admin = someone('ADMIN', { userId: await users.account('root@devstudio.test') });
});
afterAll(() => users.stop());

let accounts = 0;
const person = () => users.account(`person${(accounts += 1)}@devstudio.test`, { tokens: 1_000 });
const set = (input: object) => users.ask(SET, { input }, admin);
const events = (target: string) =>
  users.database.sql('select action, actor_id, details from audit.events where target_id = $1 order by id', [target]);

describe('setQuota', () => {
  test('limits a user by the month and one model, is seen by both, and is in the audit log', async () => {
    const id = await person();
    const answer = await set({
      subject: { kind: 'USER', id },
      model: 'starter',
      unit: 'TOKENS',
      period: 'MONTH',
      limit: '9007199254740993',
    });
    expect(answer.errors).toBeUndefined();
    const quota = {
      id: expect.any(String),
      subjectKind: 'USER',
      subjectId: id,
      model: 'starter',
      unit: 'TOKENS',
      period: 'MONTH',
      limit: '9007199254740993',
      spent: '0',
      reserved: '0',
      resetsAt: expect.stringMatching(/-01T00:00:00\.000Z$/),
    };
    expect(answer.data).toEqual({ setQuota: quota });
    const own = await users.ask(`{ me { quotas { ${QUOTA} } } }`, {}, someone('DEVELOPER', { userId: id }));
    expect(own.data).toEqual({ me: { quotas: [expect.objectContaining({ period: 'TOTAL', limit: '1000' }), quota] } });
    const all = await users.ask(
      `query ($subject: QuotaSubjectInput) { quotas(subject: $subject) { ${QUOTA} } }`,
      { subject: { kind: 'USER', id } },
      admin,
    );
    expect(all.data).toMatchObject({ quotas: [{ period: 'TOTAL' }, quota] });
    expect(await events(id)).toMatchObject([
      { action: 'quota.set', actor_id: admin.userId, details: { model: 'starter', limit: '9007199254740993' } },
    ]);
  });

  test('limits everybody together, and the limit can be taken away again', async () => {
    const limit = { subject: { kind: 'INSTALLATION' }, unit: 'REQUESTS', period: 'DAY', limit: '1000000' };
    const { id } = Set.parse((await set(limit)).data).setQuota;
    const remove = () => users.ask('mutation ($id: ID!) { removeQuota(id: $id) }', { id }, admin);
    expect((await remove()).data).toEqual({ removeQuota: true });
    expect((await remove()).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('leaves the prepaid balance to its ledger', async () => {
    const id = await person();
    const subject = { kind: 'USER', id };
    const balance = await set({ subject, unit: 'TOKENS', period: 'TOTAL', limit: '5' });
    expect(balance.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'period' });
    const answer = await users.ask(
      'query ($subject: QuotaSubjectInput) { quotas(subject: $subject) { id } }',
      { subject },
      admin,
    );
    const { quotas } = z.object({ quotas: z.array(z.object({ id: z.string() })) }).parse(answer.data);
    const removed = await users.ask('mutation ($id: ID!) { removeQuota(id: $id) }', { id: quotas[0]?.id }, admin);
    expect(removed.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' });
    expect(await events(id)).toEqual([]);
  });

  test('keeps what an Int field shows within an Int, and nothing else', async () => {
    const id = await person();
    const caller = someone('DEVELOPER', { userId: id });
    const made = await users.ask('mutation { createApiKey(input: { name: "one" }) { apiKey { id } } }', {}, caller);
    const { createApiKey } = z
      .object({ createApiKey: z.object({ apiKey: z.object({ id: z.string() }) }) })
      .parse(made.data);
    const [user, key] = [
      { kind: 'USER', id },
      { kind: 'API_KEY', id: createApiKey.apiKey.id },
    ];
    const shown = [
      { subject: user, unit: 'TOKENS', period: 'MONTH' },
      { subject: key, unit: 'TOKENS', period: 'TOTAL' },
      { subject: key, unit: 'TOKENS', period: 'MINUTE' },
      { subject: key, unit: 'REQUESTS', period: 'MINUTE' },
    ];
    for (const one of shown) {
      const refused = await set({ ...one, limit: '2147483648' });
      expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'limit' });
      expect((await set({ ...one, limit: '2147483647' })).errors).toBeUndefined();
      expect((await set({ ...one, model: 'starter', limit: '2147483648' })).errors).toBeUndefined();
    }
    const limits = { tokenBudget: 2147483647, requestsPerMinute: 2147483647, tokensPerMinute: 2147483647 };
    const read = await users.ask(
      '{ me { monthlyLimit apiKeys { tokenBudget requestsPerMinute tokensPerMinute } } }',
      {},
      caller,
    );
    expect(read.data).toEqual({ me: { monthlyLimit: 2147483647, apiKeys: [limits] } });
  });

  test('gives a subject 200 at most, and lists them page by page', async () => {
    const id = await person();
    const subject = { kind: 'USER', id };
    await users.database.sql(
      `select billing.set_quota('user:' || $1, 'model ' || n, 'tokens', 'day', 5) from generate_series(1, 199) n`,
      [id],
    );
    const one = { subject, unit: 'TOKENS', period: 'DAY', limit: '6' };
    expect((await set({ ...one, model: 'one more' })).errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_REACHED' });
    expect((await set({ ...one, model: 'model 7' })).errors).toBeUndefined();
    const page = async (first: number, after: string | null) => {
      const answer = await users.ask(
        'query ($subject: QuotaSubjectInput, $first: Int!, $after: ID) { quotas(subject: $subject, first: $first, after: $after) { id } }',
        { subject, first, after },
        admin,
      );
      return z
        .object({ quotas: z.array(z.object({ id: z.string() })) })
        .parse(answer.data)
        .quotas.map((quota) => quota.id);
    };
    const all = await page(500, null);
    expect(all).toHaveLength(200);
    const first = await page(150, null);
    expect([...first, ...(await page(150, first.at(-1) ?? ''))]).toEqual(all);
    for (const wrong of [{ first: 0 }, { first: 501 }, { after: 'x' }]) {
      const answer = await users.ask(
        'query ($first: Int! = 1, $after: ID) { quotas(first: $first, after: $after) { id } }',
        wrong,
        admin,
      );
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: Object.keys(wrong)[0] });
    }
  });

  test.each([
    ['a negative limit', { limit: '-1' }, 'BAD_USER_INPUT'],
    ['a limit of more than 63 bits', { limit: '9223372036854775808' }, 'BAD_USER_INPUT'],
    ['a broken limit', { limit: 1.5 }, 'BAD_USER_INPUT'],
    ['a model of no letters', { model: '' }, 'BAD_USER_INPUT'],
    ['nobody', { subject: { kind: 'USER', id: randomUUID() } }, 'NOT_FOUND'],
    ['a user without an id', { subject: { kind: 'USER' } }, 'NOT_FOUND'],
    ['a key that is none', { subject: { kind: 'API_KEY', id: "' or true --" } }, 'NOT_FOUND'],
    ['an installation with an id', { subject: { kind: 'INSTALLATION', id: randomUUID() } }, 'BAD_USER_INPUT'],
  ])('refuses %s', async (_what, wrong, code) => {
    const input = { subject: { kind: 'INSTALLATION' }, unit: 'TOKENS', period: 'DAY', limit: '5', ...wrong };
    expect((await set(input)).errors?.[0]?.extensions).toMatchObject({ code });
  });
});

describe('setModelPrice', () => {
  const price = (input: object) =>
    users.ask(
      'mutation ($input: ModelPriceInput!) { setModelPrice(input: $input) { model prompt completion since } }',
      { input },
      admin,
    );

  test('prices a model per direction, told to those whom it is for, and is in the audit log', async () => {
    const input = { model: 'starter', prompt: '2', completion: '1000000000' };
    await price({ ...input, prompt: '7' });
    const set = await price(input);
    expect(set.data).toEqual({ setModelPrice: { ...input, since: expect.any(String) } });
    const listed = await users.ask('{ modelPrices { model prompt completion } }', {}, admin);
    expect(listed.data).toEqual({ modelPrices: [input] });
    const shown = async (known: Parameters<typeof someone>[1] = {}) =>
      (await users.ask('{ modelPrices { model } }', {}, someone('DEVELOPER', known))).data;
    const userId = await person();
    expect(await shown()).toEqual({ modelPrices: [{ model: 'starter' }] });
    await users.database.sql("insert into models.settings (name, roles, users) values ('starter', '{VIEWER}', $1)", [
      [userId],
    ]);
    expect(await shown()).toEqual({ modelPrices: [] });
    expect(await shown({ userId })).toEqual({ modelPrices: [{ model: 'starter' }] });
    expect((await users.ask('{ modelPrices { model } }', {}, admin)).data).toEqual({
      modelPrices: [{ model: 'starter' }],
    });
    expect(await events('starter')).toMatchObject([
      { action: 'model-price.set', details: { prompt: '7' } },
      { action: 'model-price.set', details: { prompt: '2', completion: '1000000000' } },
    ]);
  });

  test.each([
    [{ prompt: '1000000001' }, 'prompt'],
    [{ completion: '-1' }, 'completion'],
    [{ model: 'x'.repeat(201) }, 'model'],
  ])('refuses %o', async (wrong, argument) => {
    const answer = await price({ model: 'other', prompt: '1', completion: '1', ...wrong });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});
