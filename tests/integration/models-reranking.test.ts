import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const RERANK = `mutation ($input: RerankInput!) { rerank(input: $input) {
  requestId model { name kind status } user { id } results { index score }
  usage { promptTokens completionTokens totalTokens }
} }`;

const Ranking = z.object({
  results: z.array(z.object({ index: z.int(), score: z.number() })),
  usage: z.object({ promptTokens: z.int(), completionTokens: z.int(), totalTokens: z.int() }),
});

const DOCUMENTS = ['hello world', 'the', 'a b c d', 'x y'];
/** Tokens that the model puts around the query and between it and the document. */
const AROUND = 4;
/** What llama.cpp calls the pooling by a head of classification. */
const RANK = 4;

describe('reranking', () => {
  let models: ModelsService;
  let caller: Caller;

  const ask = (input: Record<string, unknown>, by: Caller, signal?: AbortSignal) =>
    models.graphql(by, RERANK, { input: { model: 'ranker', query: 'hello', documents: DOCUMENTS, ...input } }, signal);
  const rerank = async (input: Record<string, unknown> = {}, by: Caller = caller) => {
    const { data, errors } = await ask(input, by);
    expect(errors).toBeUndefined();
    return Ranking.parse(data?.['rerank']);
  };
  const refusal = async (input: Record<string, unknown>, by: Caller = caller) => {
    const { data, errors } = await ask(input, by);
    expect(data?.['rerank']).toBeUndefined();
    return { message: errors?.[0]?.message ?? '', code: errors?.[0]?.extensions['code'] };
  };
  const billOf = async (user: Caller) =>
    models.database.sql(
      'select prompt_tokens::int as prompt, completion_tokens::int as completion, outcome from billing.token_usage where user_id = $1',
      [user.userId],
    );

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(10_000_000);
    await writeRandomBert(join(models.modelsDir, 'ranker.gguf'), { ranks: true });
    await writeRandomBert(join(models.modelsDir, 'large.gguf'), { ranks: true, embedding: 256 });
    await writeRandomBert(join(models.modelsDir, 'bert.gguf'));
  });

  afterAll(() => models.stop());

  test('every document has its score, the best comes first, and the bill is what the usage says', async () => {
    const user = await models.addUser(1_000);
    const { data } = await ask({}, user);
    const answer = Ranking.parse(data?.['rerank']);
    expect(data?.['rerank']).toMatchObject({
      model: { name: 'ranker', kind: 'RERANKING', status: 'LOADED' },
      user: { id: user.userId },
    });
    const scores = answer.results.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
    expect(new Set(scores).size).toBe(DOCUMENTS.length);
    for (const score of scores) expect(score > 0 && score < 1).toBe(true);
    expect(new Set(answer.results.map(({ index }) => index))).toEqual(new Set([0, 1, 2, 3]));
    const tokens = 2 + 1 + 4 + 2 + DOCUMENTS.length * (1 + AROUND);
    expect(answer.usage).toEqual({ promptTokens: tokens, completionTokens: 0, totalTokens: tokens });
    expect(await billOf(user)).toEqual([{ prompt: tokens, completion: 0, outcome: 'settled' }]);
  });

  test('a document has the same score alone and among others, another query another one', async () => {
    const { results } = await rerank();
    const scoreOf = async (query: string, index: number) =>
      (await rerank({ query, documents: [DOCUMENTS[index]] })).results[0]?.score;
    for (const { index, score } of results) expect(await scoreOf('hello', index)).toBeCloseTo(score, 5);
    expect(await scoreOf('the world', 0)).not.toBeCloseTo(results.find(({ index }) => index === 0)?.score ?? 0, 3);
  });

  test('only the best are told where so many are asked for, and all are billed', async () => {
    const all = await rerank();
    expect(await rerank({ topN: 2 })).toEqual({ ...all, results: all.results.slice(0, 2) });
    expect(await rerank({ topN: 200 })).toEqual(all);
  });

  test('special tokens, half characters and NUL are plain text', async () => {
    const { usage } = await rerank({ query: '[SEP]', documents: ['[CLS] a', 'a\ud800', 'a\0'] });
    // Each spelling is five tokens, half a character is a part of its word that the model does not know, NUL is none.
    expect(usage.promptTokens).toBe(3 * 5 + (5 + 1) + 1 + 1 + 3 * AROUND);
  });

  test.each([
    [{ query: ' ' }, 'query is empty.'],
    [{ query: 'a'.repeat(16_385) }, 'query holds 16385 bytes; it may hold 16384.'],
    [{ documents: [] }, 'documents is empty; it must hold a text.'],
    [{ documents: ['a', ''] }, 'documents[1] is empty.'],
    [{ documents: ['a', ' '] }, 'documents[1] holds nothing that ranker can read.'],
    [{ documents: Array(257).fill('a') }, 'documents has 257 texts; it may have 256.'],
    [
      { query: 'a'.repeat(16_000), documents: Array(17).fill('a') },
      'documents and a query for each hold 272017 bytes; they may hold 262144.',
    ],
    [{ topN: 0 }, 'topN is 0; it must be from 1 to 256.'],
    [{ documents: ['a', 'a '.repeat(600)] }, 'documents[1] has 605 tokens with the query; ranker takes 512 at most.'],
    [{ model: 'starter' }, 'starter is a model for chats and ranks no documents.'],
    [{ model: 'bert' }, 'bert is a model for embeddings and ranks no documents.'],
  ])('what is out of bounds is refused by name and costs nothing (%#)', async (input, message) => {
    const user = await models.addUser(1_000_000);
    expect(await refusal(input, user)).toEqual({ code: 'BAD_USER_INPUT', message });
    expect(await billOf(user)).toEqual([]);
  });

  test('a model that ranks makes no embeddings and does not chat', async () => {
    const say = async (query: string, i: object) => (await models.graphql(caller, query, { i })).errors?.[0]?.message;
    expect(
      await say('mutation ($i: EmbedInput!) { embed(input: $i) { requestId } }', { model: 'ranker', input: ['a'] }),
    ).toBe('ranker is a model for reranking and makes no embeddings.');
    expect(
      await say('mutation ($i: ChatInput!) { chat(input: $i) { text } }', {
        model: 'ranker',
        messages: [{ role: 'USER', content: 'a' }],
      }),
    ).toBe('ranker is a model for reranking and cannot chat.');
  });

  test('a file that names the pooling and has no head is refused with the reason', async () => {
    const metadata = { 'llama.pooling_type': { type: 'uint32', value: RANK } } as const;
    await writeRandomModel(join(models.modelsDir, 'headless.gguf'), { metadata });
    expect(await refusal({ model: 'headless' })).toEqual({
      code: 'MODEL_NOT_LOADED',
      message: 'headless cannot be loaded: Computing rankings is not supported for this model.',
    });
    await rerank();
  });

  test('a model that is for others is refused, and so is who has no tokens', async () => {
    const query = 'mutation ($input: ModelSettingsInput!) { setModelSettings(input: $input) { name } }';
    await models.graphql(caller, query, { input: { model: 'ranker', access: { roles: ['VIEWER'] } } });
    expect(await refusal({})).toMatchObject({ code: 'FORBIDDEN' });
    await models.graphql(caller, query, { input: { model: 'ranker', access: null } });
    expect(await refusal({}, await models.addUser(null))).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    const poor = await models.addUser(20);
    expect(await refusal({}, poor)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(await billOf(poor)).toEqual([]);
  });

  test('whoever leaves pays for the documents that were read, and the next one has the place', async () => {
    const user = await models.addUser(1_000_000);
    const controller = new AbortController();
    const documents = Array(200).fill('a '.repeat(400));
    const answer = ask({ model: 'large', documents }, user, controller.signal);
    const open = () => models.database.sql("select request_id from billing.llm_requests where state = 'open'");
    await vi.waitFor(async () => expect(await open()).toHaveLength(1), { timeout: 20_000, interval: 5 });
    controller.abort();
    await answer.catch(() => {});
    await vi.waitFor(async () => expect(await billOf(user)).toHaveLength(1), { timeout: 20_000, interval: 10 });
    const [bill] = await billOf(user);
    expect(bill).toMatchObject({ completion: 0, outcome: 'cancelled' });
    expect(Number(bill?.['prompt']) % (400 + 1 + AROUND)).toBe(0);
    expect(Number(bill?.['prompt'])).toBeLessThan(200 * 405);
    await rerank({ model: 'large' }, user);
  });

  test('many requests at once each get their own scores', async () => {
    const queries = Array.from('abcdefghij');
    const alone: unknown[] = [];
    for (const query of queries) alone.push(await rerank({ query }));
    expect(await Promise.all(queries.map((query) => rerank({ query })))).toEqual(alone);
  });
});
