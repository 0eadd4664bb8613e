import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, refusal, startOpenAiStudio, type OpenAiStudio } from './client.ts';

describe("completions and embeddings with OpenAI's own client", () => {
  let there: OpenAiStudio;
  let openai: OpenAI;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    ({ openai } = there);
  });
  afterAll(() => there.studio.stop());

  test('a text is continued without a template, and billed as its usage says', async () => {
    const body = { model: 'caller', prompt: '\n', temperature: 0, max_tokens: 6 };
    const { id, choices, usage } = await openai.completions.create(body);
    expect(choices).toMatchObject([{ text: '||call: f(', finish_reason: 'length' }]);
    const { prompt_tokens, completion_tokens, total_tokens } = usage ?? {};
    expect(await there.billOf(id)).toEqual({ prompt_tokens, completion_tokens, total_tokens, outcome: 'settled' });
  });

  test('several prompts, and several answers to each, come in order', async () => {
    const { choices } = await openai.completions.create({
      model: 'caller',
      prompt: ['\n', 'f'],
      n: 2,
      temperature: 0,
      max_tokens: 1,
    });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(choices.map(({ text }) => text)).toEqual(['||', '||', '(', '(']);
  });

  test('echo puts the prompt before its continuation', async () => {
    const body = { model: 'caller', prompt: 'f', temperature: 0, max_tokens: 2, echo: true };
    expect((await openai.completions.create(body)).choices[0]?.text).toBe('f({');
  });

  test('a stream is the same text, with the same usage and scores', async () => {
    const body = { model: 'endless', prompt: 'x', temperature: 0, max_tokens: 12, logprobs: 2 };
    const whole = await openai.completions.create(body);
    const chunks = await all(
      await openai.completions.create({ ...body, stream: true, stream_options: { include_usage: true } }),
    );
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(whole.choices[0]?.text);
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(whole.usage?.total_tokens);
    expect(chunks.flatMap(({ choices }) => choices[0]?.logprobs?.tokens ?? [])).toEqual(
      whole.choices[0]?.logprobs?.tokens,
    );
  });

  test('a stop text ends a continuation', async () => {
    const body = { model: 'caller', prompt: '\n', temperature: 0, stop: 'l:' };
    expect((await openai.completions.create(body)).choices).toMatchObject([{ text: '||cal', finish_reason: 'stop' }]);
  });

  test('a suffix is refused', async () => {
    const error = await refusal(openai.completions.create({ model: 'caller', prompt: 'f', suffix: 'x' }));
    expect(error).toMatchObject({ status: 400, param: 'suffix' });
  });

  test('embeddings are the same in base64, which the client asks for by itself, as in numbers', async () => {
    const body = { model: 'bert', input: ['a cat', 'a dog'] };
    const numbers = await openai.embeddings.create({ ...body, encoding_format: 'float' });
    const decoded = await openai.embeddings.create(body);
    for (const [at, { embedding, index }] of decoded.data.entries()) {
      expect(index).toBe(at);
      expect([...embedding]).toEqual(numbers.data[at]?.embedding.map(Math.fround));
    }
    expect(decoded.usage.total_tokens).toBe(numbers.usage.total_tokens);
  });

  test('embeddings of fewer dimensions are the first of all, of length 1', async () => {
    const body = { model: 'bert', input: 'a cat', encoding_format: 'float' as const };
    const whole = (await openai.embeddings.create(body)).data[0]?.embedding ?? [];
    const few = (await openai.embeddings.create({ ...body, dimensions: 8 })).data[0]?.embedding ?? [];
    expect(few).toHaveLength(8);
    expect(Math.hypot(...few)).toBeCloseTo(1, 4);
    const ratio = (few[0] ?? 0) / (whole[0] ?? 1);
    for (const [at, value] of few.entries()) expect(value).toBeCloseTo((whole[at] ?? 0) * ratio, 4);
  });

  test('a model for embeddings does not chat, and one that chats makes none', async () => {
    const chat = openai.chat.completions.create({ model: 'bert', messages: [{ role: 'user', content: 'x' }] });
    expect(await refusal(chat)).toMatchObject({ status: 400, param: 'model' });
    const embed = openai.embeddings.create({ model: 'starter', input: 'x' });
    expect(await refusal(embed)).toMatchObject({ status: 400, param: 'model' });
  });
});
