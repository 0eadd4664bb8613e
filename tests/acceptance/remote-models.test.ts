import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'correct horse battery';
const NewKey = z.object({ createApiKey: z.object({ secret: z.string() }) });
const QUESTION = [{ role: 'user' as const, content: 'Write a Python function that adds two numbers' }];

/** A new account with tokens and a key of its own. */
const keyOf = async (studio: TestStudio, tokens: number): Promise<string> => {
  const token = await studio.login();
  const email = 'ada@example.org';
  const made = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    variables: { input: { email, password: PASSWORD, tokens } },
    token,
  });
  if (made.body.errors) throw new Error(made.body.errors[0]?.message);
  const { body } = await studio.graphql(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { variables: { input: { name: 'remote' } }, token: await studio.login(email, PASSWORD) },
  );
  return NewKey.parse(body.data).createApiKey.secret;
};

/** The tokens of every request on the bill, in the order of their ends. */
const billOf = ({ database }: TestStudio) =>
  database.sql(
    `select model_id as model, prompt_tokens::int as prompt, completion_tokens::int as completion, outcome
     from billing.token_usage order by at`,
  );

describe('a studio whose models another studio answers for', () => {
  let far: TestStudio;
  let near: TestStudio;
  let openai: OpenAI;

  const add = async (input: Record<string, unknown>): Promise<void> => {
    const { body } = await near.graphql(
      'mutation ($input: RemoteModelInput!) { addRemoteModel(input: $input) { name } }',
      { variables: { input: { urls: [`${far.url}/v1`], ...input } }, token: await near.login() },
    );
    if (body.errors) throw new Error(body.errors[0]?.message);
  };

  beforeAll(async () => {
    [far, near] = await Promise.all([startStudio(), startStudio()]);
    await writeRandomBert(join(far.config.modelsDir, 'bert.gguf'));
    await writeRandomModel(join(far.config.modelsDir, 'endless.gguf'), { contextSize: 8_192 });
    const apiKey = await keyOf(far, 1_000_000);
    await add({ name: 'far-starter', model: 'starter', apiKey, contextSize: 1_024 });
    await add({ name: 'far-endless', model: 'endless', apiKey, contextSize: 8_192 });
    await add({ name: 'far-embed', model: 'bert', apiKey, contextSize: 512, kind: 'EMBEDDING' });
    await add({ name: 'far-refused', model: 'starter', apiKey: 'no-key', contextSize: 1_024 });
    openai = new OpenAI({ apiKey: await keyOf(near, 1_000_000), baseURL: `${near.url}/v1`, maxRetries: 0 });
  });
  afterAll(() => Promise.all([near.stop(), far.stop()]));

  const lastBills = async () => {
    const [here, there] = await Promise.all([billOf(near), billOf(far)]);
    return { here: here.at(-1), there: there.at(-1) };
  };

  test('chats with it as with its own, and both bills are the same', async () => {
    const answer = await openai.chat.completions.create({ model: 'far-starter', messages: QUESTION, temperature: 0 });
    expect(answer.model).toBe('far-starter');
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringMatching(/return a \+ b/) },
    });
    const { here, there } = await lastBills();
    const counts = { prompt: answer.usage?.prompt_tokens, completion: answer.usage?.completion_tokens };
    expect(here).toEqual({ model: 'far-starter', ...counts, outcome: 'settled' });
    expect(there).toEqual({ model: 'starter', ...counts, outcome: 'settled' });
  });

  test('streams, several at once, each billed as there', async () => {
    const before = (await billOf(far)).length;
    const streams = Array.from({ length: 4 }, async (_, index) => {
      const stream = await openai.chat.completions.create({
        model: 'far-starter',
        messages: QUESTION,
        seed: index,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      let usage = 0;
      for await (const { choices, usage: told } of stream) {
        text += choices[0]?.delta.content ?? '';
        usage += told?.total_tokens ?? 0;
      }
      expect(text).not.toBe('');
      return usage;
    });
    const told = (await Promise.all(streams)).reduce((sum, usage) => sum + usage, 0);
    const bills = (await billOf(far)).slice(before);
    const there = bills.reduce((sum, { prompt, completion }) => sum + Number(prompt) + Number(completion), 0);
    expect(bills).toHaveLength(4);
    expect(told).toBe(there);
  });

  test('answers in a form, with logprobs, several times, and to bare texts', async () => {
    const schema = { type: 'object', properties: { a: { enum: ['x', 'y'] } }, required: ['a'] };
    const formed = await openai.chat.completions.create({
      model: 'far-starter',
      messages: QUESTION,
      n: 2,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
    });
    const answers = formed.choices.map(({ message }) => JSON.parse(message.content ?? '') as unknown);
    expect(answers).toMatchObject([{ a: expect.stringMatching(/^[xy]$/) }, { a: expect.stringMatching(/^[xy]$/) }]);
    const scored = await openai.chat.completions.create({
      model: 'far-starter',
      messages: QUESTION,
      max_tokens: 3,
      logprobs: true,
      top_logprobs: 2,
    });
    expect(scored.choices[0]?.logprobs?.content).toHaveLength(3);
    const bare = await openai.completions.create({ model: 'far-endless', prompt: 'def ', max_tokens: 5 });
    expect(bare).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 5 } });
  });

  test('calls functions', async () => {
    const tools = [
      { type: 'function' as const, function: { name: 'add', parameters: { type: 'object', properties: {} } } },
    ];
    const called = await openai.chat.completions.create({
      model: 'far-starter',
      messages: QUESTION,
      tools,
      tool_choice: 'required',
    });
    expect(called.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'add', arguments: '{}' } }] },
    });
  });

  test('embeds as there, to the bit', async () => {
    const input = ['add two numbers', 'the capital of France'];
    const { data, usage } = await openai.embeddings.create({ model: 'far-embed', input, encoding_format: 'float' });
    const { here, there } = await lastBills();
    expect(here).toMatchObject({ prompt: usage.prompt_tokens, completion: 0 });
    expect(there).toMatchObject({ prompt: usage.prompt_tokens, completion: 0 });
    const query = 'mutation ($input: EmbedInput!) { embed(input: $input) { data { embedding } } }';
    const token = await far.login('ada@example.org', PASSWORD);
    const { body } = await far.graphql(query, { variables: { input: { model: 'bert', input } }, token });
    expect(body.data?.['embed']).toEqual({ data: data.map(({ embedding }) => ({ embedding })) });
  });

  test('ends there when it is left here', async () => {
    const before = (await billOf(far)).length;
    const stream = await openai.chat.completions.create({ model: 'far-endless', messages: QUESTION, stream: true });
    for await (const { choices } of stream) if ((choices[0]?.delta.content ?? '') !== '') break;
    await expect.poll(async () => (await billOf(far)).slice(before)).toMatchObject([{ outcome: 'cancelled' }]);
    await expect.poll(async () => (await lastBills()).here).toMatchObject({ outcome: 'cancelled' });
  });

  test('refuses what does not fit as there, and a key that is none is the installation’s doing', async () => {
    const long = [{ role: 'user' as const, content: 'a long story '.repeat(2_000) }];
    await expect(openai.chat.completions.create({ model: 'far-starter', messages: long })).rejects.toMatchObject({
      status: 400,
      code: 'CONTEXT_LENGTH_EXCEEDED',
    });
    const refused = openai.chat.completions.create({ model: 'far-refused', messages: QUESTION });
    await expect(refused).rejects.toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect((await lastBills()).here).toMatchObject({ outcome: 'failed', prompt: 0, completion: 0 });
  });
});
