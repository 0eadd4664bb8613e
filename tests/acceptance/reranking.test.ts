import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const DOCUMENTS = ['hello world', 'the', 'a b c d'];
/** Documents' tokens, and for each the query's one and the four between and around them. */
const TOKENS = 2 + 1 + 4 + 3 * (1 + 4);

describe('POST /v1/rerank', () => {
  let studio: TestStudio;
  let token: string;

  const rerank = async (body: Record<string, unknown>, credential = token) => {
    const response = await fetch(`${studio.url}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
      body: JSON.stringify({ model: 'ranker', query: 'hello', documents: DOCUMENTS, ...body }),
    });
    return { status: response.status, body: Object(await response.json()) };
  };

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
    await writeRandomBert(join(studio.config.modelsDir, 'ranker.gguf'), { ranks: true });
  });

  afterAll(() => studio.stop());

  test('the best come first, as clients of Jina and Cohere read them', async () => {
    const { status, body } = await rerank({});
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.any(String),
      object: 'list',
      model: 'ranker',
      results: DOCUMENTS.map(() => ({ index: expect.any(Number), relevance_score: expect.any(Number) })),
      usage: { prompt_tokens: TOKENS, total_tokens: TOKENS },
    });
    const scores = body.results.map((result: { relevance_score: number }) => result.relevance_score);
    expect(scores).toEqual(scores.toSorted((one: number, other: number) => other - one));
  });

  test('documents may be objects, and come back where that is asked for', async () => {
    const plain = await rerank({ top_n: 1 });
    const { body } = await rerank({
      documents: DOCUMENTS.map((text) => ({ text })),
      top_n: 1,
      return_documents: true,
    });
    const [{ index }] = plain.body.results;
    expect(body.results).toEqual([{ ...plain.body.results[0], document: { text: DOCUMENTS[index] } }]);
  });

  test('what is wrong is said by its name', async () => {
    const bad = (param: string) => ({ status: 400, body: { error: { type: 'invalid_request_error', param } } });
    expect(await rerank({ model: 'starter' })).toMatchObject(bad('model'));
    expect(await rerank({ documents: ['a '.repeat(600)] })).toMatchObject(bad('documents'));
    expect(await rerank({ documents: [] })).toMatchObject(bad('documents'));
    expect(await rerank({ top_n: 0 })).toMatchObject(bad('top_n'));
    expect(await rerank({ model: 'none' })).toMatchObject({ status: 404 });
    expect(await rerank({}, 'nobody')).toMatchObject({ status: 401 });
  });
});
