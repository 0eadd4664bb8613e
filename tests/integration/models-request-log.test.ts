import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { someone } from '#tests/harness/caller.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const LOG = `query ($filter: RequestLogFilter, $first: Int! = 50, $before: ID) {
  requestLog(filter: $filter, first: $first, before: $before) {
    id requestId at user { id } apiKeyId agent modelName kind outcome errorCode promptTokens completionTokens
    queuedMs firstTokenMs totalMs tokensPerSecond prompt answer
  }
}`;
const LOGGING = '{ promptLogging { enabled days } }';
const SET = `mutation ($enabled: Boolean!, $days: Int) {
  setPromptLogging(enabled: $enabled, days: $days) { enabled days }
}`;

const Row = z.looseObject({ id: z.string(), requestId: z.uuid(), modelName: z.string(), outcome: z.string() });
type Row = z.infer<typeof Row>;

let models: ModelsService;
const admin = someone('ADMIN');

beforeAll(async () => {
  models = await startModelsService();
  await writeRandomModel(join(models.modelsDir, 'endless.gguf'), { contextSize: 8_192 });
  await writeRandomBert(join(models.modelsDir, 'bert.gguf'));
});
afterAll(() => models.stop());

const ask = async (caller: Caller, query: string, variables: Record<string, unknown> = {}): Promise<unknown> => {
  const { data, errors } = await models.graphql(caller, query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0];
};
const codeOf = async (caller: Caller, query: string, variables: Record<string, unknown> = {}): Promise<unknown> =>
  (await models.graphql(caller, query, variables)).errors?.[0]?.extensions['code'];
const read = async (caller: Caller, variables: Record<string, unknown> = {}): Promise<Row[]> =>
  z.array(Row).parse(await ask(caller, LOG, variables));
/** What a user's requests came to, the latest first, once there are so many. */
const logged = async (caller: Caller, count: number): Promise<Row[]> => {
  let rows: Row[] = [];
  await expect
    .poll(async () => (rows = await read(admin, { filter: { userId: caller.userId } })).length, { timeout: 20_000 })
    .toBe(count);
  return rows;
};
const asking = (content: string, model = 'starter') => ({
  model,
  messages: [{ role: 'USER', content }],
  maxTokens: 40,
  temperature: 0,
});
const chat = async (caller: Caller, content: string): Promise<string> => {
  let text = '';
  for await (const event of models.chat(caller, asking(content))) text += event.text;
  return text;
};

describe('the log of requests', () => {
  test('has one row of a request, with what is on the bill', async () => {
    const caller = await models.addUser(1_000_000);
    await chat(caller, 'Write a function that adds two numbers');
    const [row] = await logged(caller, 1);
    const bill = await models.bill(row?.requestId ?? '');
    expect(row).toMatchObject({
      user: { id: caller.userId },
      apiKeyId: null,
      modelName: 'starter',
      kind: 'CHAT',
      outcome: 'COMPLETED',
      errorCode: null,
      promptTokens: bill?.['prompt_tokens'],
      completionTokens: bill?.['completion_tokens'],
      queuedMs: expect.any(Number),
      firstTokenMs: expect.any(Number),
      totalMs: expect.any(Number),
      prompt: null,
      answer: null,
    });
  });

  test('tells what was left, refused, continued and embedded', async () => {
    const caller = await models.addUser(1_000_000);
    const stream = models.chat(caller, { ...asking('Go on', 'endless'), maxTokens: 4_000 });
    for await (const event of stream) if (event.index === 2) stream.leave();
    await ask(caller, 'mutation { complete(input: { model: "starter", prompt: ["a"], maxTokens: 3 }) { text } }');
    await ask(caller, 'mutation { embed(input: { model: "bert", input: ["hello world"] }) { requestId } }');
    const missing = 'mutation { embed(input: { model: "not there", input: ["x"] }) { requestId } }';
    expect(await codeOf(caller, missing)).toBe('MODEL_NOT_LOADED');
    const rows = await logged(caller, 4);
    expect(rows.map(({ modelName, kind, outcome, errorCode }) => [modelName, kind, outcome, errorCode])).toEqual([
      ['not there', 'TEXTS', 'REFUSED', 'MODEL_NOT_LOADED'],
      ['bert', 'TEXTS', 'COMPLETED', null],
      ['starter', 'COMPLETION', 'COMPLETED', null],
      ['endless', 'CHAT', 'CANCELLED', null],
    ]);
    const poor = await models.addUser(null);
    expect(await codeOf(poor, 'mutation { embed(input: { model: "bert", input: ["x"] }) { requestId } }')).toBe(
      'BUDGET_EXCEEDED',
    );
    await logged(poor, 1);
    const refused = await read(admin, { filter: { errorCode: 'BUDGET_EXCEEDED', outcome: 'REFUSED', model: 'bert' } });
    expect(refused).toMatchObject([{ user: { id: poor.userId }, promptTokens: 0, completionTokens: 0 }]);
  });

  test('is read page by page, and between two instants', async () => {
    const caller = await models.addUser(1_000_000);
    const query = 'mutation { embed(input: { model: "bert", input: ["hello"] }) { requestId } }';
    for (let n = 0; n < 5; n += 1) await ask(caller, query);
    const all = await logged(caller, 5);
    const filter = { userId: caller.userId };
    const pages: Row[] = [];
    for (;;) {
      const page = await read(caller, { filter, first: 2, before: pages.at(-1)?.id });
      if (page.length === 0) break;
      pages.push(...page);
    }
    expect(pages).toEqual(all);
    const at = z.string().parse(all[2]?.['at']);
    const later = await read(caller, { filter: { from: at } });
    const earlier = await read(caller, { filter: { to: at } });
    expect([...later, ...earlier]).toEqual(all);
  });

  test('takes every instant that is one, whatever its zone, and refuses years that are none', async () => {
    const caller = await models.addUser(1);
    expect(await read(caller, { filter: { from: '2026-11-22T23:59:59+23:59' } })).toEqual([]);
    for (const from of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00']) {
      expect(await codeOf(caller, LOG, { filter: { from } })).toBe('BAD_USER_INPUT');
    }
  });

  test('shows nobody the requests of another', async () => {
    const [ada, eve] = [await models.addUser(1_000_000), await models.addUser(1_000_000)];
    await chat(ada, 'Say hello');
    await logged(ada, 1);
    expect(await read(eve)).toEqual([]);
    expect(await codeOf(eve, LOG, { filter: { userId: ada.userId } })).toBe('FORBIDDEN');
    const data = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { requestData { items next } } } }`;
    const of = [{ __typename: 'User', id: ada.userId }];
    expect(await codeOf(eve, data, { of })).toBe('FORBIDDEN');
    expect(await ask(ada, data, { of })).toMatchObject([
      { requestData: { items: [{ model: 'starter', kind: 'CHAT', userId: ada.userId }], next: null } },
    ]);
  });

  test.each([
    ['first', { first: 0 }],
    ['first', { first: 201 }],
    ['before', { before: 'x' }],
    ['userId', { filter: { userId: "' or true --" } }],
    ['model', { filter: { model: '\0' } }],
    ['from', { filter: { from: 'yesterday' } }],
  ])('refuses a wrong %s', async (argument, variables) => {
    const { errors } = await models.graphql(admin, LOG, variables);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('takes any name and text that a client can send', async () => {
    const caller = await models.addUser(1_000_000);
    const model = `\u0000 ${'😀'.repeat(100)} \ud800`;
    expect(
      await codeOf(caller, 'mutation ($m: String!) { embed(input: { model: $m, input: ["x"] }) { requestId } }', {
        m: model,
      }),
    ).toBe('MODEL_NOT_LOADED');
    expect((await logged(caller, 1))[0]?.modelName).toMatch(/^ (😀)+/u);
  });
});

describe('prompts and answers', () => {
  test('are kept only while an admin wants it, and for so many days', async () => {
    const caller = await models.addUser(1_000_000);
    expect(await ask(caller, LOGGING)).toEqual({ enabled: false, days: 7 });
    expect(await ask(admin, SET, { enabled: true, days: 3 })).toEqual({ enabled: true, days: 3 });
    expect(await ask(caller, LOGGING)).toEqual({ enabled: true, days: 3 });
    const answer = await chat(caller, 'Write a function that adds two numbers');
    const [kept] = await logged(caller, 1);
    expect(kept).toMatchObject({ answer, prompt: expect.stringContaining('adds two numbers') });
    const instruct =
      'mutation ($text: String) { setModelSettings(input: { model: "starter", systemPrompt: $text }) { id } }';
    await ask(admin, instruct, { text: 'What only admins see' });
    await chat(caller, 'Go on');
    expect((await logged(caller, 2))[0]?.['prompt']).toBe('[{"role":"USER","content":"Go on"}]');
    await ask(admin, instruct, { text: null });
    expect(await ask(admin, SET, { enabled: false })).toEqual({ enabled: false, days: 3 });
    await chat(caller, 'Say hello');
    const [later, , before] = await logged(caller, 3);
    expect(later).toMatchObject({ prompt: null, answer: null });
    expect(before).toMatchObject({ answer });
    expect(await codeOf(admin, SET, { enabled: true, days: 0 })).toBe('BAD_USER_INPUT');
  });

  test('are gone with the time, and the requests later', async () => {
    const caller = await models.addUser(1_000_000);
    await ask(admin, SET, { enabled: true, days: 2 });
    await chat(caller, 'Say hello');
    await chat(caller, 'Say hello again');
    const [young, old] = await logged(caller, 2);
    const age = (row: Row | undefined, days: number) =>
      models.database.sql('update models.requests set at = at - make_interval(days => $2) where request_id = $1', [
        row?.requestId,
        days,
      ]);
    await age(young, 3);
    await age(old, 31);
    const left = async () => (await read(admin, { filter: { userId: caller.userId } })).map(({ prompt }) => prompt);
    await expect.poll(left, { timeout: 30_000 }).toEqual([null]);
    await ask(admin, SET, { enabled: false });
  });

  test('are erased with the person, and what was under way is not written any more', async () => {
    const caller = await models.addUser(1_000_000);
    await ask(admin, SET, { enabled: true });
    const running = models.chat(caller, { ...asking('Go on', 'endless'), maxTokens: 4_000 });
    await chat(caller, 'my secret');
    await logged(caller, 1);
    for await (const event of running) {
      if (event.index !== 1) continue;
      await models.database.sql('select users.erase_account($1)', [caller.userId]);
      running.leave();
    }
    const left = () => models.database.sql('select 1 from models.requests where user_id = $1', [caller.userId]);
    const undone = () =>
      models.database.sql("select 1 from erasure.tasks where user_id = $1 and service = 'models' and done_at is null", [
        caller.userId,
      ]);
    await expect.poll(undone, { timeout: 20_000 }).toEqual([]);
    const other = await models.addUser(1_000_000);
    await chat(other, 'Say hello');
    await logged(other, 1);
    expect(await left()).toEqual([]);
    await ask(admin, SET, { enabled: false });
  });
});

test('a row that is written twice is there once', async () => {
  const requestId = randomUUID();
  const { userId } = await models.addUser(null);
  const row = {
    request_id: requestId,
    at: new Date().toISOString(),
    user_id: userId,
    model: 'm',
    kind: 'CHAT',
    outcome: 'FAILED',
    prompt_tokens: 0,
    completion_tokens: 0,
    total_ms: 1,
  };
  for (let n = 0; n < 2; n += 1) {
    await models.database.sql('select models.log_requests($1)', [JSON.stringify([row])]);
  }
  expect(await models.database.sql('select 1 from models.requests where request_id = $1', [requestId])).toHaveLength(1);
});
