import { Ajv2020 } from 'ajv/dist/2020.js';
import type OpenAI from 'openai';
import { toResponseInputItems } from 'openai/lib/responses/ResponseInputItems';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRoute } from '#gateway/rest/routes.ts';
import { all, QUESTION, refusal, startOpenAiStudio, type OpenAiStudio } from './client.ts';

const INPUT = 'Write a Python function that adds two numbers';
const PERSON = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 12 }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
  additionalProperties: false,
};
const F = { type: 'function' as const, name: 'f', parameters: null, strict: null };
/** A model that calls `f` wherever it may. */
const CALLER = { model: 'caller', input: 'Go on', temperature: 0, tools: [F], max_output_tokens: 40 };

describe("OpenAI's Responses, which are not kept", () => {
  let there: OpenAiStudio;
  let openai: OpenAI;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    ({ openai } = there);
  });
  afterAll(() => there.studio.stop());

  test('answer a text as a chat would, with the usage that is billed', async () => {
    const response = await openai.responses.create({ model: 'starter', input: INPUT, temperature: 0 });
    const chat = await openai.chat.completions.create({ model: 'starter', messages: QUESTION, temperature: 0 });
    expect(response.output_text).toBe(chat.choices[0]?.message.content);
    expect(response).toMatchObject({ object: 'response', status: 'completed', store: false, error: null });
    expect(await there.billOf(response.id)).toEqual({
      prompt_tokens: response.usage?.input_tokens,
      completion_tokens: response.usage?.output_tokens,
      total_tokens: response.usage?.total_tokens,
      outcome: 'settled',
    });
  });

  test('take instructions and a conversation in which their own items stand', async () => {
    const first = await openai.responses.create({ model: 'starter', input: INPUT, temperature: 0 });
    const next = await openai.responses.create({
      model: 'starter',
      instructions: 'Be short.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: INPUT }] },
        ...toResponseInputItems(first.output),
        { role: 'user', content: 'And one that multiplies?' },
      ],
      max_output_tokens: 5,
      metadata: { of: 'ada' },
      store: true,
    });
    expect(next.usage?.input_tokens).toBeGreaterThan(first.usage?.input_tokens ?? Infinity);
    expect(next).toMatchObject({ instructions: 'Be short.', store: false, metadata: { of: 'ada' } });
  });

  test('say that they were cut short', async () => {
    const body = { model: 'endless', input: INPUT, max_output_tokens: 4 };
    const response = await openai.responses.create(body);
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ type: 'message', status: 'incomplete' }],
      usage: { output_tokens: 4 },
    });
    const events = await all(await openai.responses.create({ ...body, stream: true }));
    expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response: { status: 'incomplete' } });
  });

  test('are streamed as the helper expects, and come to the same', async () => {
    const body = { model: 'starter', input: INPUT, temperature: 0 };
    const stream = openai.responses.stream(body);
    const deltas: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
    const final = await stream.finalResponse();
    const whole = await openai.responses.create(body);
    expect(final.output_text).toBe(whole.output_text);
    expect(deltas.join('')).toBe(whole.output_text);
    expect(deltas.length).toBeGreaterThan(1);
    expect(final.usage?.total_tokens).toBe(whole.usage?.total_tokens);
  });

  test('are streamed in events that are numbered, in their order, and of their schema', async () => {
    const events = await all(await openai.responses.create({ ...CALLER, stream: true, tool_choice: 'none' }));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const kinds = events.map(({ type }) => type).filter((type) => type !== 'response.output_text.delta');
    expect(kinds).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.incomplete',
    ]);
    const found = findRoute('POST', '/v1/responses');
    if (found.outcome !== 'found' || !found.route.event) throw new Error('no such route');
    const check = new Ajv2020({ allowUnionTypes: true }).compile(found.route.event);
    for (const event of events) expect(check(event), JSON.stringify(check.errors)).toBe(true);
  });

  test('call functions, and go on with their results', async () => {
    const called = await openai.responses.create(CALLER);
    expect(called.output).toMatchObject([{ type: 'function_call', name: 'f', arguments: '{}', status: 'completed' }]);
    const [call] = called.output;
    if (call?.type !== 'function_call') throw new Error('no call');
    const { status, usage } = await openai.responses.create({
      ...CALLER,
      tool_choice: 'none',
      input: [
        { role: 'user', content: 'Go on' },
        ...toResponseInputItems(called.output),
        { type: 'function_call_output', call_id: call.call_id, output: 'done' },
      ],
    });
    expect(status).toBe('incomplete');
    const asked = await openai.responses.create({ ...CALLER, tool_choice: 'none' });
    expect(usage?.input_tokens).toBeGreaterThan(asked.usage?.input_tokens ?? Infinity);
  });

  test('stream their calls', async () => {
    const stream = openai.responses.stream(CALLER);
    const kinds: string[] = [];
    for await (const { type } of stream) kinds.push(type);
    expect(kinds.slice(2)).toEqual([
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect((await stream.finalResponse()).output).toMatchObject([{ type: 'function_call', arguments: '{}' }]);
  });

  test('call what is required or named', async () => {
    const body = { ...CALLER, model: 'endless' };
    for (const choice of ['required' as const, { type: 'function' as const, name: 'f' }]) {
      const { output } = await openai.responses.create({ ...body, tool_choice: choice });
      expect(output).toMatchObject([{ type: 'function_call', name: 'f' }]);
    }
  });

  test('keep a schema, and the client parses them', async () => {
    const isPerson = new Ajv2020().compile(PERSON);
    const response = await openai.responses.parse({
      model: 'endless',
      input: INPUT,
      temperature: 1.5,
      max_output_tokens: 1_000,
      text: { format: { type: 'json_schema', name: 'person', schema: PERSON, strict: true } },
    });
    expect(isPerson(response.output_parsed)).toBe(true);
  });

  test('tell how likely their tokens were', async () => {
    const { output, output_text: text } = await openai.responses.create({
      model: 'starter',
      input: INPUT,
      temperature: 0,
      include: ['message.output_text.logprobs'],
      top_logprobs: 2,
    });
    const [message] = output;
    const part = message?.type === 'message' ? message.content[0] : undefined;
    const scores = part?.type === 'output_text' ? part.logprobs : undefined;
    expect(scores?.map(({ token }) => token).join('')).toBe(text);
  });

  test.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', 'No answers are kept here'],
    [{ conversation: 'conv_1' }, 'conversation', 'No answers are kept here'],
    [{ background: true }, 'background', ''],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].type', ''],
    [{ input: [{ type: 'function_call', name: 'f' }] }, 'input[0].call_id', ''],
    [{ input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }, 'messages', ''],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].name', ''],
    [{ temperature: 3 }, 'temperature', ''],
  ])('refuse %j: 400', async (wrong, param, sentence) => {
    const error = await refusal(openai.post('/responses', { body: { model: 'starter', input: INPUT, ...wrong } }));
    expect(error).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', param });
    expect(error.message).toContain(sentence);
  });

  test('know no model that is not there: 404, streamed or not', async () => {
    for (const stream of [true, false]) {
      const error = await refusal(openai.responses.create({ model: 'nothing', input: INPUT, stream }));
      expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND', param: 'model' });
    }
  });

  test('end with a session in the midst of a stream, and say why', async () => {
    const token = await there.account({ email: 'leaves@example.org', tokens: 100_000 });
    const stream = await there
      .clientOf(token)
      .responses.create({ model: 'endless', input: INPUT, max_output_tokens: 20_000, stream: true });
    let left = false;
    const read = async (): Promise<void> => {
      for await (const _ of stream) {
        if (left) continue;
        left = true;
        await there.studio.graphql('mutation { logout }', { token });
      }
    };
    expect(await refusal(read())).toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect.poll(() => there.active(), { timeout: 2_000, interval: 20 }).toBe(0);
  });
});
