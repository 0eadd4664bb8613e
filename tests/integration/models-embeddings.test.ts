import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const EMBED = `mutation ($input: EmbedInput!) { embed(input: $input) {
  requestId model { name kind status } user { id } data { index embedding }
  usage { promptTokens completionTokens totalTokens }
} }`;

const Embeddings = z.object({
  requestId: z.string(),
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })),
  usage: z.object({ promptTokens: z.int(), completionTokens: z.int(), totalTokens: z.int() }),
});

/** What llama.cpp calls the pooling that takes the last token's output. */
const LAST = 3;

/** A letter is a token of the model, and there are two more around each text. */
const letters = (count: number): string => 'a '.repeat(count).trim();
const product = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

describe('embeddings', () => {
  let models: ModelsService;
  let caller: Caller;

  const embed = async (input: Record<string, unknown>, by: Caller = caller) => {
    const { data, errors } = await models.graphql(by, EMBED, { input: { model: 'bert', ...input } });
    expect(errors).toBeUndefined();
    return Embeddings.parse(data?.['embed']);
  };
  const vectors = async (input: readonly string[], more: Record<string, unknown> = {}) =>
    (await embed({ input, ...more })).data.map(({ embedding }) => embedding);
  const refusal = async (input: Record<string, unknown>, by: Caller = caller) => {
    const { data, errors } = await models.graphql(by, EMBED, { input: { model: 'bert', ...input } });
    expect(data?.['embed']).toBeUndefined();
    return { message: errors?.[0]?.message ?? '', code: errors?.[0]?.extensions['code'] };
  };
  const open = () => models.database.sql("select request_id from billing.llm_requests where state = 'open'");
  const billOf = async (user: Caller) =>
    models.database.sql(
      'select prompt_tokens::int as prompt, completion_tokens::int as completion, outcome from billing.token_usage where user_id = $1',
      [user.userId],
    );

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(10_000_000);
    await writeRandomBert(join(models.modelsDir, 'bert.gguf'));
    await writeRandomBert(join(models.modelsDir, 'large.gguf'), { embedding: 256 });
  });

  afterAll(() => models.stop());

  test('each text has its vector, in their order and as long as 1, and the bill is what the usage says', async () => {
    const { data } = await models.graphql(caller, EMBED, {
      input: { model: 'bert', input: ['hello world', letters(8), 'hello world'] },
    });
    expect(data?.['embed']).toMatchObject({
      model: { name: 'bert', kind: 'EMBEDDING', status: 'LOADED' },
      user: { id: caller.userId },
    });
    const { requestId, data: rows, usage } = Embeddings.parse(data?.['embed']);
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const { embedding } of rows) {
      expect(embedding).toHaveLength(64);
      expect(product(embedding, embedding)).toBeCloseTo(1, 5);
    }
    expect(rows[2]?.embedding).toEqual(rows[0]?.embedding);
    expect(product(rows[0]?.embedding ?? [], rows[1]?.embedding ?? [])).toBeLessThan(0.99);
    expect(usage).toEqual({ promptTokens: 4 + 10 + 4, completionTokens: 0, totalTokens: 18 });
    expect(await models.bill(requestId)).toEqual({ prompt_tokens: 18, completion_tokens: 0, outcome: 'settled' });
  });

  test('a text has the same vector alone and among others', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => letters(1 + index * 12));
    const together = await vectors(texts);
    for (const index of [0, 17, 39]) expect((await vectors([texts[index] ?? '']))[0]).toEqual(together[index]);
  });

  test('fewer dimensions are the first of all, as long as 1; more than there are is refused', async () => {
    const [whole = []] = await vectors(['hello']);
    const [part = []] = await vectors(['hello'], { dimensions: 16 });
    expect(part).toHaveLength(16);
    const length = Math.hypot(...whole.slice(0, 16));
    part.forEach((value, index) => expect(value).toBeCloseTo((whole[index] ?? 0) / length, 6));
    expect(await refusal({ input: ['hello'], dimensions: 65 })).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'dimensions is 65; vectors of bert have 64.',
    });
  });

  test('a text may fill the context, and one token more is refused with both counts and costs nothing', async () => {
    const user = await models.addUser(1_000);
    expect((await embed({ input: [letters(510)] }, user)).usage.promptTokens).toBe(512);
    expect(await refusal({ input: ['hello', letters(511)] }, user)).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'input[1] has 513 tokens; bert takes 512 at most.',
    });
    expect(await billOf(user)).toHaveLength(1);
    expect(await open()).toEqual([]);
  });

  test('what users write of special tokens is plain text, and half a character is one', async () => {
    const { usage } = await embed({ input: ['[CLS] hello [SEP]', 'a\ud800'] });
    expect(usage.promptTokens).toBeGreaterThan(3 + 10);
    for (const input of [
      ['hello', ''],
      ['hello', ' '],
      ['hello', '\0'],
    ]) {
      expect(await refusal({ input })).toEqual({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/^input\[1\] (is empty|holds nothing that bert can read)\.$/),
      });
    }
  });

  test('a model for chats makes no embeddings, one for embeddings does not chat, loaded or not', async () => {
    const chat = async (model: string) => {
      const { errors } = await models.graphql(caller, 'mutation ($i: ChatInput!) { chat(input: $i) { text } }', {
        i: { model, messages: [{ role: 'USER', content: 'Hello' }], maxTokens: 1 },
      });
      return errors?.[0]?.message;
    };
    const sentence = 'starter is a model for chats and makes no embeddings.';
    expect(await refusal({ model: 'starter', input: ['x'] })).toEqual({ code: 'BAD_USER_INPUT', message: sentence });
    expect(await chat('starter')).toBeUndefined();
    expect(await refusal({ model: 'starter', input: ['x'] })).toEqual({ code: 'BAD_USER_INPUT', message: sentence });
    expect(await chat('large')).toBe('large is a model for embeddings and cannot chat.');
    expect(await chat('bert')).toBe('bert is a model for embeddings and cannot chat.');
    expect(await refusal({ model: 'none', input: ['x'] })).toMatchObject({ code: 'MODEL_NOT_LOADED' });
  });

  test('a decoder whose header names a pooling makes embeddings as well', async () => {
    const path = join(models.modelsDir, 'decoder.gguf');
    await writeRandomModel(path, { metadata: { 'llama.pooling_type': { type: 'uint32', value: LAST } } });
    const [one = [], same, other = []] = await vectors(['hello', 'hello', 'good bye'], { model: 'decoder' });
    expect(one).toHaveLength(64);
    expect(product(one, one)).toBeCloseTo(1, 5);
    expect(same).toEqual(one);
    expect(product(one, other)).toBeLessThan(0.99);
    const { usage } = await embed({ model: 'decoder', input: ['<|im_end|>'] });
    expect(usage.promptTokens).toBe('<|im_end|>'.length);
  });

  test('a model that is for others is refused', async () => {
    const query = 'mutation ($input: ModelSettingsInput!) { setModelSettings(input: $input) { name } }';
    const set = async (access: object | null) => {
      const { data } = await models.graphql(caller, query, { input: { model: 'bert', access } });
      expect(data?.['setModelSettings']).toEqual({ name: 'bert' });
    };
    await set({ roles: ['ADMIN'], users: [] });
    expect(await refusal({ input: ['hello'] })).toMatchObject({ code: 'FORBIDDEN' });
    await set(null);
    await embed({ input: ['hello'] });
  });

  test('nobody without tokens gets vectors, and texts that a budget does not hold are refused whole', async () => {
    expect(await refusal({ input: ['hello'] }, await models.addUser(null))).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    const poor = await models.addUser(7);
    expect(await refusal({ input: ['hello world', 'hello world'] }, poor)).toEqual({
      code: 'BUDGET_EXCEEDED',
      message: 'Your tokens do not hold this request.',
    });
    await embed({ input: ['hello world', 'a'] }, poor);
    expect(await billOf(poor)).toEqual([{ prompt: 7, completion: 0, outcome: 'settled' }]);
  });

  test('whoever leaves pays for the texts that were read, and the next one has the place', async () => {
    const user = await models.addUser(1_000_000);
    const controller = new AbortController();
    const input = { model: 'large', input: Array(250).fill(letters(500)) };
    const answer = models.graphql(user, EMBED, { input }, controller.signal);
    await vi.waitFor(async () => expect(await open()).toHaveLength(1), { timeout: 20_000, interval: 5 });
    controller.abort();
    await answer.catch(() => {});
    await vi.waitFor(async () => expect(await billOf(user)).toHaveLength(1), { timeout: 20_000, interval: 10 });
    const [bill] = await billOf(user);
    expect(bill).toMatchObject({ completion: 0, outcome: 'cancelled' });
    const texts = Number(bill?.['prompt']) / 502;
    expect(Number.isInteger(texts)).toBe(true);
    expect(texts).toBeLessThan(250);
    expect((await embed({ model: 'large', input: ['hello'] }, user)).usage.promptTokens).toBe(3);
    expect(await open()).toEqual([]);
  });

  test('many requests at once each get their own vectors', async () => {
    const texts = Array.from({ length: 16 }, (_, index) => `hello ${'abcdefghijklmnop'[index]}`);
    const alone = await vectors(texts);
    const together = await Promise.all(texts.map((text) => vectors([text])));
    expect(together.map(([vector]) => vector)).toEqual(alone);
  });

  test('of many requests, some of them left and some refused, the bill has what the answers said', async () => {
    const user = await models.addUser(1_000_000);
    const ask = async (turn: number): Promise<number> => {
      const input = Array.from({ length: 1 + (turn % 7) }, (_, index) => letters(1 + ((turn * 31 + index * 17) % 120)));
      if (turn % 9 === 8) return refusal({ input: [...input, ''] }, user).then(() => 0);
      if (turn % 5 !== 4) return (await embed({ input }, user)).usage.promptTokens;
      const controller = new AbortController();
      const answer = models.graphql(user, EMBED, { input: { model: 'bert', input } }, controller.signal);
      setImmediate(() => controller.abort());
      await answer.catch(() => {});
      return 0;
    };
    const answered = await Promise.all(Array.from({ length: 60 }, (_, turn) => ask(turn)));
    await vi.waitFor(async () => expect(await open()).toEqual([]), { timeout: 20_000, interval: 10 });
    const bills = await billOf(user);
    const charged = (outcome: string) =>
      bills.filter((bill) => bill['outcome'] === outcome).reduce((sum, { prompt }) => sum + Number(prompt), 0);
    expect(charged('settled')).toBe(answered.reduce((sum, tokens) => sum + tokens, 0));
    const [balance] = await models.database.sql(
      `select w.spent::int, w.reserved::int from billing.quota_window w join billing.quota q on q.id = w.quota_id
       where q.subject = $1`,
      [`user:${user.userId}`],
    );
    expect(balance).toEqual({ spent: charged('settled') + charged('cancelled'), reserved: 0 });
  });

  test('metrics count them', async () => {
    const text = await models.subgraph.metrics();
    expect(text).toMatch(/llm_request_count_total\{model="bert",status="completed"\} \d+/);
    expect(text).toMatch(/llm_request_count_total\{model="large",status="cancelled"\} 1/);
    expect(text).toMatch(/llm_tokens_total\{model="bert",direction="prompt"\} \d+/);
  });
});
