import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, QUESTION, startOpenAiStudio, type OpenAiStudio } from './client.ts';

describe("a chat of OpenAI's own client", () => {
  let there: OpenAiStudio;
  let openai: OpenAI;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    ({ openai } = there);
  });
  afterAll(() => there.studio.stop());

  test('lists the models, and finds one', async () => {
    const { data } = await openai.models.list();
    expect(data.map(({ id }) => id)).toContain('starter');
    expect(await openai.models.retrieve('starter')).toMatchObject({ id: 'starter', object: 'model' });
  });

  test('chats, with the usage that is billed', async () => {
    const answer = await openai.chat.completions.create({ model: 'starter', messages: QUESTION, temperature: 0 });
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'starter', choices: [{ finish_reason: 'stop' }] });
    expect(answer.choices[0]?.message).toEqual({
      role: 'assistant',
      content: expect.stringMatching(/return a \+ b/),
      refusal: null,
    });
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage ?? {};
    expect(await there.billOf(answer.id)).toEqual({
      prompt_tokens,
      completion_tokens,
      total_tokens,
      outcome: 'settled',
    });
  });

  test('goes on with a conversation in which its own answer stands, in parts and with a developer', async () => {
    const first = await openai.chat.completions.create({ model: 'starter', messages: QUESTION, max_tokens: 20 });
    const [choice] = first.choices;
    if (!choice) throw new Error('no choice');
    const { choices } = await openai.chat.completions.create({
      model: 'starter',
      messages: [
        { role: 'developer', content: 'Be short.' },
        ...QUESTION,
        choice.message,
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And one' },
            { type: 'text', text: 'that multiplies?' },
          ],
        },
      ],
      max_completion_tokens: 5,
      top_p: 0.9,
      seed: 4_294_967_297,
      stop: 'return',
      n: 1,
      user: 'ada',
      stream: false,
    });
    expect(choices[0]?.message.content).toEqual(expect.any(String));
  });

  test('streams the same answer, with the usage at its end', async () => {
    const stream = await openai.chat.completions.create({
      model: 'starter',
      messages: QUESTION,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    const whole = await openai.chat.completions.create({ model: 'starter', messages: QUESTION, temperature: 0 });
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    // How much of the prompt was remembered is another matter from one to the next.
    const { prompt_tokens_details: _, ...usage } = whole.usage ?? {};
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
    for (const chunk of chunks.slice(0, -1)) expect(chunk.usage).toBeNull();
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test('ends a generation that it aborts, and no more than was delivered is billed with its prompt', async () => {
    const stream = await openai.chat.completions.create({
      model: 'endless',
      messages: [{ role: 'user', content: 'Go on' }],
      max_tokens: 20_000,
      stream: true,
    });
    const seen: string[] = [];
    for await (const { id } of stream) {
      seen.push(id);
      if (seen.length === 5) stream.controller.abort();
    }
    await expect.poll(() => there.active(), { timeout: 2_000, interval: 20 }).toBe(0);
    await expect.poll(() => there.billOf(seen[0] ?? '')).toMatchObject({ outcome: 'cancelled' });
    expect((await there.billOf(seen[0] ?? ''))?.['completion_tokens']).toBeLessThan(2_000);
  });

  test('is streamed by its helper, which gathers the same message and usage', async () => {
    const body = { model: 'starter', messages: QUESTION, temperature: 0 };
    const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    const deltas: string[] = [];
    stream.on('content', (delta) => deltas.push(delta));
    const { choices, usage } = await stream.finalChatCompletion();
    const whole = await openai.chat.completions.create(body);
    expect(choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(deltas.join('')).toBe(whole.choices[0]?.message.content);
    expect(usage?.total_tokens).toBe(whole.usage?.total_tokens);
  });

  test('ends at max_tokens with as many, by either of its names', async () => {
    for (const most of [{ max_tokens: 3 }, { max_completion_tokens: 3 }]) {
      const { choices, usage } = await openai.chat.completions.create({
        model: 'endless',
        messages: QUESTION,
        ...most,
      });
      expect(choices[0]?.finish_reason).toBe('length');
      expect(usage?.completion_tokens).toBe(3);
    }
  });

  test('ends at a stop text that begins in one token and ends in another, streamed or not', async () => {
    const body = { model: 'caller', messages: QUESTION, temperature: 0, stop: ['never', 'll: f'] };
    const { choices } = await openai.chat.completions.create(body);
    expect(choices).toMatchObject([{ finish_reason: 'stop', message: { content: '||ca' } }]);
    const chunks = await all(await openai.chat.completions.create({ ...body, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('||ca');
  });

  test('repeats itself with a seed, and without heat', async () => {
    const messages = [{ role: 'user' as const, content: 'Tell me something' }];
    const text = async (more: { seed?: number; temperature: number }) => {
      const body = { model: 'starter', messages, max_tokens: 24, top_p: 1, ...more };
      return (await openai.chat.completions.create(body)).choices[0]?.message.content;
    };
    const first = await text({ seed: 7, temperature: 2 });
    expect(await text({ seed: 7, temperature: 2 })).toBe(first);
    expect(await text({ seed: 8, temperature: 2 })).not.toBe(first);
    expect(await text({ temperature: 0 })).toBe(await text({ temperature: 0 }));
  });

  test('has n answers, and streams each with its index', async () => {
    const body = { model: 'endless', messages: QUESTION, max_tokens: 8, n: 3, seed: 5, temperature: 1 };
    const { choices, usage } = await openai.chat.completions.create(body);
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(usage?.completion_tokens).toBe(24);
    const texts = ['', '', ''];
    for (const chunk of await all(await openai.chat.completions.create({ ...body, stream: true }))) {
      for (const { index, delta } of chunk.choices) texts[index] += delta.content ?? '';
    }
    expect(texts).toEqual(choices.map(({ message }) => message.content));
  });

  test('tells how likely its tokens were, streamed as well', async () => {
    const body = { model: 'starter', messages: QUESTION, temperature: 0, logprobs: true, top_logprobs: 2 };
    const { choices } = await openai.chat.completions.create(body);
    const scores = choices[0]?.logprobs?.content ?? [];
    expect(scores.map(({ token }) => token).join('')).toBe(choices[0]?.message.content);
    for (const { token, logprob, bytes, top_logprobs: top } of scores) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(bytes === null || Buffer.from(bytes).toString() === token).toBe(true);
      expect(top).toHaveLength(2);
    }
    const chunks = await all(await openai.chat.completions.create({ ...body, stream: true }));
    const streamed = chunks.flatMap((chunk) => chunk.choices[0]?.logprobs?.content ?? []);
    expect(streamed.map(({ token }) => token)).toEqual(scores.map(({ token }) => token));
  });

  test('is answered sixteen times at once, each with its own usage and bill', async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        openai.chat.completions.create({
          model: 'endless',
          messages: [{ role: 'user', content: `Number ${'x'.repeat(index)}` }],
          max_tokens: 4 + index,
        }),
      ),
    );
    for (const [index, { id, usage }] of answers.entries()) {
      expect(usage?.completion_tokens).toBe(4 + index);
      const { prompt_tokens, completion_tokens, total_tokens } = usage ?? {};
      expect(await there.billOf(id)).toEqual({ prompt_tokens, completion_tokens, total_tokens, outcome: 'settled' });
    }
    expect(await there.active()).toBe(0);
  });
});
