import { Ajv2020 } from 'ajv/dist/2020.js';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, QUESTION, refusal, startOpenAiStudio, type OpenAiStudio } from './client.ts';

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 3 },
  },
  required: ['name', 'tags'],
  additionalProperties: false,
};
const isPerson = new Ajv2020().compile(PERSON);
const FORMAT = { type: 'json_schema' as const, json_schema: { name: 'person', strict: true, schema: PERSON } };
const ADD = { type: 'function' as const, function: { name: 'add', description: 'Adds a person', parameters: PERSON } };
const F = { type: 'function' as const, function: { name: 'f' } };
/** A model that writes anything, and never ends by itself. */
const WILD = { model: 'endless', messages: QUESTION, temperature: 1.5, seed: 3, max_tokens: 1_000 };
/** A model that calls `f` wherever it may. */
const CALLER = { model: 'caller', messages: QUESTION, temperature: 0, tools: [F], max_tokens: 40 };

describe("answers of a form, with OpenAI's own client", () => {
  let there: OpenAiStudio;
  let openai: OpenAI;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    ({ openai } = there);
  });
  afterAll(() => there.studio.stop());

  test('json_object is an object', async () => {
    const body = { model: 'starter', messages: QUESTION, temperature: 0, max_tokens: 480 };
    const { choices } = await openai.chat.completions.create({ ...body, response_format: { type: 'json_object' } });
    expect(choices[0]?.finish_reason).toBe('stop');
    expect(Object.prototype.toString.call(JSON.parse(choices[0]?.message.content ?? ''))).toBe('[object Object]');
  });

  test('json_schema is kept by a model that would write anything, streamed or not', async () => {
    const { choices } = await openai.chat.completions.create({ ...WILD, response_format: FORMAT });
    expect(isPerson(JSON.parse(choices[0]?.message.content ?? ''))).toBe(true);
    const chunks = await all(await openai.chat.completions.create({ ...WILD, response_format: FORMAT, stream: true }));
    const streamed = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(streamed).toBe(choices[0]?.message.content);
  });

  test('the client parses what keeps its schema', async () => {
    const { choices } = await openai.chat.completions.parse({ ...WILD, response_format: FORMAT });
    expect(isPerson(choices[0]?.message.parsed)).toBe(true);
  });

  test('a schema that cannot be kept is refused: 400, by its parameter', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } };
    const format = { type: 'json_schema' as const, json_schema: { name: 'x', schema } };
    const error = await refusal(openai.chat.completions.create({ ...WILD, response_format: format }));
    expect(error).toMatchObject({ status: 400, param: 'response_format' });
  });

  test('a model that decides to call does, and says nothing besides', async () => {
    const { choices } = await openai.chat.completions.create({ ...CALLER, tool_choice: 'auto' });
    expect(choices).toMatchObject([
      {
        finish_reason: 'tool_calls',
        message: { content: null, tool_calls: [{ type: 'function', function: { name: 'f', arguments: '{}' } }] },
      },
    ]);
  });

  test('tool_choice none is an answer with text', async () => {
    const { choices } = await openai.chat.completions.create({ ...CALLER, tool_choice: 'none', max_tokens: 12 });
    expect(choices[0]?.message.tool_calls).toBeUndefined();
    expect(choices[0]?.message.content).toContain('||call');
  });

  test('tool_choice required is a call with arguments of the schema', async () => {
    const { choices } = await openai.chat.completions.create({ ...WILD, tools: [ADD], tool_choice: 'required' });
    const [call] = choices[0]?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no call');
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(isPerson(JSON.parse(call.function.arguments))).toBe(true);
  });

  test('a tool that is named is called, and one that is none is refused', async () => {
    const choice = (name: string) => ({ type: 'function' as const, function: { name } });
    const body = { ...WILD, tools: [F, ADD] };
    const { choices } = await openai.chat.completions.create({ ...body, tool_choice: choice('f') });
    expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'f', arguments: '{}' } }]);
    const error = await refusal(openai.chat.completions.create({ ...body, tool_choice: choice('g') }));
    expect(error).toMatchObject({ status: 400, param: 'tool_choice' });
  });

  test('without parallel_tool_calls there is one call', async () => {
    const { choices } = await openai.chat.completions.create({ ...CALLER, parallel_tool_calls: false });
    expect(choices[0]?.message.tool_calls).toHaveLength(1);
  });

  test('several calls are one answer, streamed or not, of a model that has a form for that', async () => {
    const body = { ...CALLER, model: 'callers', max_tokens: 400 };
    const { choices } = await openai.chat.completions.create(body);
    const calls = choices[0]?.message.tool_calls ?? [];
    expect(calls).toHaveLength(16);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(16);
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const streamed = await openai.chat.completions.stream(body).finalMessage();
    const functionsOf = (list: readonly object[]) => list.map((call) => ('function' in call ? call.function : null));
    expect(functionsOf(streamed.tool_calls ?? [])).toMatchObject(functionsOf(calls));
    const one = await openai.chat.completions.create({ ...body, parallel_tool_calls: false });
    expect(one.choices[0]?.message.tool_calls).toHaveLength(1);
    const streamedOne = await openai.chat.completions.stream({ ...body, parallel_tool_calls: false }).finalMessage();
    expect(streamedOne.tool_calls).toHaveLength(1);
  });

  test('a call is streamed whole, and the helper gathers the same', async () => {
    const stream = openai.chat.completions.stream({ ...CALLER });
    const message = await stream.finalMessage();
    expect(message.tool_calls).toMatchObject([{ function: { name: 'f', arguments: '{}' } }]);
  });

  test('results of several calls at once go on with the answer', async () => {
    const { choices } = await openai.chat.completions.create(CALLER);
    const [choice] = choices;
    const [call] = choice?.message.tool_calls ?? [];
    if (!choice || !call) throw new Error('no call');
    const another = { ...call, id: 'call_2' };
    const { usage } = await openai.chat.completions.create({
      ...CALLER,
      tool_choice: 'none',
      messages: [
        ...QUESTION,
        { ...choice.message, tool_calls: [call, another] },
        { role: 'tool', tool_call_id: another.id, content: 'two' },
        { role: 'tool', tool_call_id: call.id, content: 'one' },
      ],
    });
    expect(usage?.completion_tokens).toBe(40);
  });
});
