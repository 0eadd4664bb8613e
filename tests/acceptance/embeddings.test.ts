import { join } from 'node:path';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { cosineSimilarity, embed, embedMany } from 'ai';
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const TEXTS = ['hello world', 'the world', 'a b c d'];
const WITH_TOKENS = { model: 'bert', input: [1, 2, 3] };

describe("embeddings by OpenAI's client and by the AI SDK", () => {
  let studio: TestStudio;
  let token: string;
  let openai: OpenAI;

  const refusal = async (call: Promise<unknown>): Promise<unknown> => {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof APIError)) throw new Error('the call was not refused', { cause: error });
    const { status, code, type, param, message } = error;
    return { status, code, type, param, message };
  };

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
    await writeRandomBert(join(studio.config.modelsDir, 'bert.gguf'));
    openai = new OpenAI({ apiKey: token, baseURL: `${studio.url}/v1`, maxRetries: 0 });
  });

  afterAll(() => studio.stop());

  test('the client, which asks for base64, reads the same numbers as in JSON', async () => {
    const packed = await openai.embeddings.create({ model: 'bert', input: TEXTS });
    const plain = await openai.embeddings.create({ model: 'bert', input: TEXTS, encoding_format: 'float' });
    expect(packed.object).toBe('list');
    expect(packed.model).toBe('bert');
    expect(packed.usage).toEqual({ prompt_tokens: 4 + 4 + 6, total_tokens: 14 });
    expect(packed.data.map(({ index, object }) => [index, object])).toEqual([0, 1, 2].map((n) => [n, 'embedding']));
    packed.data.forEach(({ embedding }, index) => {
      const expected = plain.data[index]?.embedding ?? [];
      expect(embedding).toEqual(expected.map(Math.fround));
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    });
  });

  test('one text, and fewer dimensions', async () => {
    const { data } = await openai.embeddings.create({ model: 'bert', input: 'hello world', dimensions: 8 });
    expect(data).toHaveLength(1);
    expect(data[0]?.embedding).toHaveLength(8);
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 5);
  });

  test('many requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => openai.embeddings.create({ model: 'bert', input: TEXTS })),
    );
    for (const { data } of answers) expect(data).toEqual(answers[0]?.data);
  });

  test('tokens in place of texts, a model for chats, one that is not there and a text that is too long are refused', async () => {
    const create = (body: object) => refusal(openai.post('/embeddings', { body }));
    const bad = { status: 400, code: 'BAD_USER_INPUT', type: 'invalid_request_error' };
    expect(await create(WITH_TOKENS)).toMatchObject({ ...bad, param: 'input[0]' });
    expect(await create({ model: 'bert', input: [[1, 2], [3]] })).toMatchObject({
      ...bad,
      message: expect.stringContaining('body.input.0 must be string.'),
    });
    expect(await create({ model: 'starter', input: 'x' })).toMatchObject({
      ...bad,
      param: 'model',
      message: expect.stringContaining('starter is a model for chats and makes no embeddings.'),
    });
    expect(await create({ model: 'bert', input: 'a '.repeat(600) })).toMatchObject({
      ...bad,
      param: 'input',
      message: expect.stringContaining('input[0] has 602 tokens; bert takes 512 at most.'),
    });
    expect(await create({ model: 'none', input: 'x' })).toMatchObject({ status: 404 });
    expect(await create({ model: 'bert', input: 'x', encoding_format: 'hex' })).toMatchObject(bad);
  });

  test('the AI SDK embeds one text and many', async () => {
    const provider = createOpenAICompatible({ name: 'studio', baseURL: `${studio.url}/v1`, apiKey: token });
    const model = provider.embeddingModel('bert');
    const one = await embed({ model, value: 'hello world' });
    const many = await embedMany({ model, values: TEXTS });
    expect(one.usage.tokens).toBe(4);
    expect(many.embeddings[0]).toEqual(one.embedding);
    expect(cosineSimilarity(one.embedding, many.embeddings[2] ?? [])).toBeLessThan(0.999);
  });

  test('llm.embed and /embed answer alike, one text or several', async () => {
    const params = { model: 'bert', input: TEXTS };
    const { status, body } = await studio.rpc('llm.embed', params, token);
    expect(status).toBe(200);
    const response = await fetch(`${studio.url}/embed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(params),
    });
    const answer: unknown = await response.json();
    expect(body['result']).toMatchObject({ model: 'bert', usage: { prompt_tokens: 14, total_tokens: 14 } });
    expect({ ...Object(answer), id: '' }).toEqual({ ...Object(body['result']), id: '' });
    expect((await studio.rpc('llm.embed', { model: 'bert', input: 'hello' }, token)).body['result']).toMatchObject({
      data: [{ index: 0, embedding: expect.any(Array) }],
      usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 },
    });
    expect(await studio.rpc('llm.embed', WITH_TOKENS, token)).toMatchObject({
      status: 400,
      body: { error: { data: { code: 'BAD_USER_INPUT' } } },
    });
  });
});
