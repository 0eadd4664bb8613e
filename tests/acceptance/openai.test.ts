import { join } from 'node:path';
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'correct horse battery';
const QUESTION = [{ role: 'user' as const, content: 'Write a Python function that adds two numbers' }];
const NewKey = z.object({ createApiKey: z.object({ secret: z.string() }) });

/** What a call was refused with. */
const refusal = async (call: Promise<unknown>): Promise<APIError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error('the call was not refused', { cause: error });
};

describe("OpenAI's own client on the whole studio", () => {
  let studio: TestStudio;
  let token: string;
  let openai: OpenAI;

  const clientOf = (apiKey: string, maxRetries = 0): OpenAI =>
    new OpenAI({ apiKey, baseURL: `${studio.url}/v1`, maxRetries });
  const account = async (input: { email: string; role?: string; tokens?: number }): Promise<string> => {
    const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { ...input, password: PASSWORD } },
      token,
    });
    if (body.errors) throw new Error(body.errors[0]?.message);
    return studio.login(input.email, PASSWORD);
  };
  /** The bill of one answer, by the id that the client sees. */
  const billOf = async (id: string) => {
    const [row] = await studio.database.sql(
      'select prompt_tokens::int, completion_tokens::int, total_tokens::int, outcome from billing.token_usage where request_id = $1',
      [id.replace(/^chatcmpl-/, '')],
    );
    return row;
  };

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
    await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
    const ada = await account({ email: 'ada@example.org', tokens: 100_000 });
    const { body } = await studio.graphql(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
      { variables: { input: { name: 'openai' } }, token: ada },
    );
    openai = clientOf(NewKey.parse(body.data).createApiKey.secret);
  });

  afterAll(() => studio.stop());

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
    expect(await billOf(answer.id)).toEqual({ prompt_tokens, completion_tokens, total_tokens, outcome: 'settled' });
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
    await expect
      .poll(async () => (await studio.rpc('llm.status', {}, token)).body['result'], { timeout: 2_000, interval: 20 })
      .toMatchObject({ active: 0 });
    await expect.poll(() => billOf(seen[0] ?? '')).toMatchObject({ outcome: 'cancelled' });
    expect((await billOf(seen[0] ?? ''))?.['completion_tokens']).toBeLessThan(2_000);
  });

  test.each([
    [{ messages: [] }, 'messages'],
    [{ temperature: 3 }, 'temperature'],
    [{ n: 9 }, 'n'],
    [{ frequency_penalty: 0.5 }, 'frequency_penalty'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages[0].content[0].text',
    ],
    [{ shoe_size: 42 }, 'shoe_size'],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: 'y' },
        ],
      },
      'messages',
    ],
  ] as const)('is told what is wrong with %j', async (wrong, param) => {
    const body = { model: 'starter', messages: QUESTION, ...wrong };
    const error = await refusal(openai.post('/chat/completions', { body }));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', code: 'BAD_USER_INPUT' });
    expect(error.param).toBe(param);
  });

  test('is told that a key is bad: 401', async () => {
    const error = await refusal(clientOf('cds_wrong').models.list());
    expect(error).toMatchObject({ status: 401, type: 'authentication_error', code: 'UNAUTHENTICATED' });
  });

  test('is told that its role does not reach: 403', async () => {
    const viewer = clientOf(await account({ email: 'viewer@example.org', role: 'VIEWER', tokens: 10 }));
    const error = await refusal(viewer.chat.completions.create({ model: 'starter', messages: QUESTION }));
    expect(error).toMatchObject({ status: 403, type: 'permission_error', code: 'FORBIDDEN' });
  });

  test('is told that there is no such model: 404, streamed or not', async () => {
    expect(await refusal(openai.models.retrieve('nothing'))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const stream of [true, false]) {
      const error = await refusal(openai.chat.completions.create({ model: 'nothing', messages: QUESTION, stream }));
      expect(error).toMatchObject({ status: 404, type: 'not_found_error', code: 'NOT_FOUND', param: 'model' });
    }
  });

  test('is told that the tokens are used up: 429 with Retry-After, and does not ask again', async () => {
    const poor = clientOf(await account({ email: 'poor@example.org' }), 2);
    for (const stream of [true, false]) {
      const error = await refusal(poor.chat.completions.create({ model: 'starter', messages: QUESTION, stream }));
      expect(error).toMatchObject({ status: 429, type: 'insufficient_quota', code: 'BUDGET_EXCEEDED' });
      expect(error.headers?.get('retry-after')).toMatch(/^\d+$/);
      expect(error.headers?.get('x-should-retry')).toBe('false');
    }
  });
});

test('a rate that is used up is 429 with the seconds to wait', async () => {
  const studio = await startStudio({ rates: { ...RATE_LIMITS, principal: 3 } });
  try {
    const openai = new OpenAI({ apiKey: await studio.login(), baseURL: `${studio.url}/v1`, maxRetries: 0 });
    for (let call = 0; call < 3; call += 1) await openai.models.list();
    const error = await refusal(openai.models.list());
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error', code: 'RATE_LIMITED' });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await studio.stop();
  }
});
