import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { SPECIAL_TOKENS } from '#subgraphs/models/gguf/vocabulary.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { LLAMA_3_TEMPLATE, writeScriptedModel } from '#tests/harness/scripted-model.ts';

const Scored = z.object({ token: z.string(), logprob: z.number() });
const Choice = z.object({
  index: z.int(),
  text: z.string(),
  finishReason: z.string(),
  message: z.object({ toolCalls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })) }),
  logprobs: z.array(Scored.extend({ top: z.array(Scored) })).nullable(),
});
const Completion = z.object({
  requestId: z.string(),
  text: z.string(),
  choices: z.array(Choice),
  usage: z.object({
    promptTokens: z.int(),
    completionTokens: z.int(),
    totalTokens: z.int(),
    cachedTokens: z.int(),
  }),
});
type Completion = z.infer<typeof Completion>;

const SELECTION = `requestId text
  choices {
    index text finishReason
    message { toolCalls { id name arguments } }
    logprobs { token logprob top { token logprob } }
  }
  usage { promptTokens completionTokens totalTokens cachedTokens }`;

const user = (content: string) => ({ role: 'USER', content });
/** A model that writes anything, and never ends by itself. */
const WILD = { model: 'wild', messages: [user('Go on')], temperature: 2, topP: 1, topK: 0 };
const STARTER = { model: 'starter', messages: [user('Write a Python function that adds two numbers')], temperature: 0 };

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    age: { type: 'integer', minimum: 0 },
    tags: { type: 'array', items: { enum: ['a', 'b', 'ü"\\'] }, minItems: 1, maxItems: 3 },
    mood: { anyOf: [{ type: 'null' }, { const: 'good' }] },
    born: { type: 'string', format: 'date' },
  },
  required: ['name', 'tags'],
  additionalProperties: false,
};
const weather = { name: 'get_weather', description: 'Tells the weather', parameters: PERSON };
const stop = {
  name: 'stop',
  parameters: { type: 'object', properties: { now: { type: 'boolean' } }, required: ['now'] },
};

describe('what a chat can be asked for', () => {
  let models: ModelsService;
  let caller: Caller;

  const send = (field: 'chat' | 'complete', input: Record<string, unknown>) => {
    const type = field === 'chat' ? 'ChatInput' : 'CompletionInput';
    return models.graphql(caller, `mutation ($input: ${type}!) { ${field}(input: $input) { ${SELECTION} } }`, {
      input,
    });
  };
  /** Whatever is answered is billed as its usage says. */
  const ask = async (field: 'chat' | 'complete', input: Record<string, unknown>): Promise<Completion> => {
    const { data, errors } = await send(field, input);
    expect(errors).toBeUndefined();
    const completion = Completion.parse(data?.[field]);
    const { promptTokens, completionTokens } = completion.usage;
    expect(await models.bill(completion.requestId)).toEqual({
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      outcome: 'settled',
    });
    return completion;
  };
  const chat = (input: Record<string, unknown>) => ask('chat', input);
  const complete = (input: Record<string, unknown>) => ask('complete', input);
  const refusal = async (field: 'chat' | 'complete', input: Record<string, unknown>) => {
    const { errors } = await send(field, input);
    return { message: errors?.[0]?.message, argument: errors?.[0]?.extensions['argument'] };
  };
  const tokenize = async (model: string, text: string): Promise<number[]> => {
    const query = 'query ($model: String!, $text: String!) { tokenize(model: $model, text: $text) { tokens count } }';
    const { data, errors } = await models.graphql(caller, query, { model, text });
    expect(errors).toBeUndefined();
    const { tokens, count } = z.object({ tokens: z.array(z.int()), count: z.int() }).parse(data?.['tokenize']);
    expect(count).toBe(tokens.length);
    return tokens;
  };

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(10_000_000);
    await writeRandomModel(join(models.modelsDir, 'wild.gguf'), { contextSize: 8_192 });
  });
  afterAll(() => models.stop());

  test('an answer keeps its schema, whatever the model would like to write', async () => {
    const valid = new Ajv2020({ strict: false, formats: { date: true } }).compile(PERSON);
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { text } = await chat({ ...WILD, seed, responseSchema: PERSON, maxTokens: 1_500 });
      expect(valid(JSON.parse(text)), text).toBe(true);
    }
    const { text } = await chat({
      ...STARTER,
      responseSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    });
    expect(JSON.parse(text)).toEqual({ n: expect.any(Number) });
  });

  test('JSON_OBJECT is one object', async () => {
    const brief = { ...STARTER, messages: [user('Say hello as JSON')] };
    const { text, choices } = await chat({ ...brief, responseFormat: 'JSON_OBJECT', maxTokens: 480 });
    expect(choices[0]?.finishReason).toBe('STOP');
    expect(Object.prototype.toString.call(JSON.parse(text))).toBe('[object Object]');
  });

  test('what of a schema cannot be kept is refused by its name', async () => {
    const responseSchema = { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } };
    expect(await refusal('chat', { ...STARTER, responseSchema })).toEqual({
      message: 'responseSchema cannot be enforced: the keyword "pattern" at $.a is not supported.',
      argument: 'responseSchema',
    });
  });

  test('a call that is required has a name of the tools and arguments of its schema', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { date: true } });
    const [validPerson, validStop] = [ajv.compile(PERSON), ajv.compile(stop.parameters)];
    const names = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { choices, text } = await chat({
        ...WILD,
        seed,
        tools: [weather, stop],
        toolChoice: 'REQUIRED',
        maxTokens: 1_500,
      });
      const [call] = choices[0]?.message.toolCalls ?? [];
      expect(choices[0]?.finishReason).toBe('TOOL_CALLS');
      expect(text).toBe('');
      names.add(call?.name ?? '');
      const given: unknown = JSON.parse(call?.arguments ?? '');
      const isValid = call?.name === 'get_weather' ? validPerson : validStop;
      expect(isValid(given), call?.arguments).toBe(true);
    }
    expect([...names].toSorted()).toEqual(['get_weather', 'stop']);
    const { choices } = await chat({ ...STARTER, tools: [stop], toolName: 'stop' });
    expect(choices[0]?.message.toolCalls).toMatchObject([{ name: 'stop' }]);
    expect(await refusal('chat', { ...STARTER, tools: [stop], toolName: 'other' })).toMatchObject({
      argument: 'toolName',
    });
  });

  test('a call that is cut short is none', async () => {
    const { choices } = await chat({ ...WILD, tools: [weather], toolChoice: 'REQUIRED', maxTokens: 3 });
    expect(choices).toMatchObject([{ finishReason: 'LENGTH', message: { toolCalls: [] } }]);
  });

  test('tools that may be called are told of, and results of calls go on with the answer', async () => {
    const plain = await chat({ ...STARTER, maxTokens: 5 });
    const told = await chat({ ...STARTER, tools: [stop], maxTokens: 5 });
    expect(told.usage.promptTokens).toBeGreaterThan(plain.usage.promptTokens + 20);
    const untold = await chat({ ...STARTER, tools: [stop], toolChoice: 'NONE', maxTokens: 5 });
    expect(untold.usage.promptTokens).toBe(plain.usage.promptTokens);
    const call = { id: 'call_1', name: 'stop', arguments: '{"now":true}' };
    const called = { role: 'ASSISTANT', content: '', toolCalls: [call] };
    const result = { role: 'TOOL', content: 'It stopped.', toolCallId: 'call_1' };
    const messages = [...STARTER.messages, called, result];
    const { usage } = await chat({ ...STARTER, tools: [stop], messages, maxTokens: 5 });
    expect(usage.promptTokens).toBeGreaterThan(told.usage.promptTokens);
    expect(await refusal('chat', { ...STARTER, messages: [...STARTER.messages, called] })).toMatchObject({
      argument: 'messages',
    });
    const stray = { ...result, toolCallId: 'call_2' };
    expect(await refusal('chat', { ...STARTER, messages: [...STARTER.messages, called, stray] })).toMatchObject({
      message: expect.stringContaining('messages[2].toolCallId'),
    });
  });

  test('a model that decides to call is understood, and nothing of the call is text', async () => {
    // ChatML ends a prompt by a line break, after which this model always calls.
    const script = ['Ċ', '||', 'call', ':', 'Ġ', 'f', '(', '{', '}', ')'];
    await writeScriptedModel(join(models.modelsDir, 'caller.gguf'), ['| |', 'c a', 'l l', 'ca ll'], script);
    const input = { model: 'caller', messages: [user('Go on')], tools: [{ name: 'f' }], temperature: 0 };
    const { text, choices, usage } = await chat(input);
    expect(choices).toMatchObject([
      { finishReason: 'TOOL_CALLS', message: { toolCalls: [{ name: 'f', arguments: '{}' }] } },
    ]);
    expect(text).toBe('');
    expect(usage.completionTokens).toBeGreaterThan(2);
    const silent = await chat({ ...input, toolChoice: 'NONE', maxTokens: 12 });
    expect(silent.choices[0]?.finishReason).toBe('LENGTH');
    expect(silent.text).toContain('||call: f(');
    // A stop text may begin in the midst of a token and end in the midst of another.
    const stopped = await chat({ ...input, toolChoice: 'NONE', stop: ['ll: f'] });
    expect(stopped).toMatchObject({ text: '||ca', choices: [{ finishReason: 'STOP' }] });
  });

  test('one answer holds several calls where the model has a form for that, and one where only one is wanted', async () => {
    const script = ['Ċ', '||', 'call', ':', 'Ġ', 'f', '(', '{', '}', ')'];
    const path = join(models.modelsDir, 'callers.gguf');
    await writeScriptedModel(path, ['| |', 'c a', 'l l', 'ca ll'], script, LLAMA_3_TEMPLATE);
    const input = { model: 'callers', messages: [user('Go on')], tools: [{ name: 'f' }], temperature: 0 };
    const { text, choices } = await chat(input);
    const calls = choices[0]?.message.toolCalls ?? [];
    // It never ends by itself; 16 is the most of one answer.
    expect(calls).toHaveLength(16);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(16);
    expect(new Set(calls.map((call) => `${call.name}(${call.arguments})`))).toEqual(new Set(['f({})']));
    expect({ text, reason: choices[0]?.finishReason }).toEqual({ text: '', reason: 'TOOL_CALLS' });
    const single = await chat({ ...input, parallelToolCalls: false });
    expect(single.choices).toMatchObject([{ finishReason: 'TOOL_CALLS', message: { toolCalls: [{ name: 'f' }] } }]);
    expect(single.choices[0]?.message.toolCalls).toHaveLength(1);
  });

  test('logprobs are of the tokens of the answer, the likeliest first', async () => {
    const { text, choices, usage } = await chat({ ...STARTER, logprobs: true, topLogprobs: 3 });
    const scores = choices[0]?.logprobs ?? [];
    expect(scores.map(({ token }) => token).join('')).toBe(text);
    // The last token ends the answer and is no part of it.
    expect(scores).toHaveLength(usage.completionTokens - 1);
    for (const { token, logprob, top } of scores) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top).toHaveLength(3);
      expect(top[0]).toEqual({ token, logprob });
      expect(top.map((one) => one.logprob)).toEqual(top.map((one) => one.logprob).toSorted((a, b) => b - a));
    }
    const stopped = await chat({ ...STARTER, logprobs: true, stop: ['return'] });
    // The stop text cut a token in two, whose rest has none.
    const kept = (stopped.choices[0]?.logprobs ?? []).map(({ token }) => token).join('');
    expect(stopped.text.trimEnd()).toBe(kept.trimEnd());
    expect(await refusal('chat', { ...STARTER, topLogprobs: 3 })).toMatchObject({ argument: 'topLogprobs' });
  });

  test('several answers bill the prompt once, and their seeds follow one another', async () => {
    const loose = { model: 'starter', messages: [user('Tell me something')], temperature: 2, topP: 1, topK: 0 };
    const one = await chat({ ...loose, seed: 8, maxTokens: 12 });
    const { choices, usage } = await chat({ ...loose, seed: 7, n: 3, maxTokens: 12 });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(choices.map(({ text }) => text)).size).toBe(3);
    expect(choices[1]?.text).toBe(one.text);
    expect(usage).toMatchObject({ promptTokens: one.usage.promptTokens, completionTokens: 36 });
    expect(await refusal('chat', { ...WILD, n: 9 })).toMatchObject({ argument: 'n' });
  });

  test('a budget that ends in the second answer ends all that come after it', async () => {
    const { usage } = await chat({ ...WILD, maxTokens: 1 });
    const rich = caller;
    caller = await models.addUser(usage.promptTokens + 15);
    try {
      const { choices } = await chat({ ...WILD, n: 3, maxTokens: 10 });
      expect(choices.map(({ finishReason }) => finishReason)).toEqual(['LENGTH', 'BUDGET', 'BUDGET']);
    } finally {
      caller = rich;
    }
  });

  test('a budget that ends before a later prompt does not pay for it', async () => {
    const prompt = ['a', 'hello there', 'and so on'];
    const bare = { model: 'wild', temperature: 2, topP: 1, topK: 0, maxTokens: 10 };
    const both = await complete({ ...bare, prompt: prompt.slice(0, 2), maxTokens: 1 });
    const all = await complete({ ...bare, prompt, maxTokens: 1 });
    const rich = caller;
    caller = await models.addUser(all.usage.promptTokens + 15);
    try {
      const { choices, usage } = await complete({ ...bare, prompt });
      expect(choices.map(({ finishReason }) => finishReason)).toEqual(['LENGTH', 'BUDGET', 'BUDGET']);
      expect(usage).toMatchObject({ promptTokens: both.usage.promptTokens, completionTokens: 15 });
    } finally {
      caller = rich;
    }
  });

  test('whoever leaves during the second answer pays for what was taken, and gives the place back', async () => {
    const stream = models.chat(caller, { ...WILD, n: 3, maxTokens: 100 });
    let requestId = '';
    let ended = false;
    for await (const event of stream) {
      requestId = event.requestId;
      if (ended) break;
      ended = event.finishReason !== null;
    }
    stream.leave();
    await expect.poll(() => models.bill(requestId)).toMatchObject({ outcome: 'cancelled' });
    const tokens = Number((await models.bill(requestId))?.['completion_tokens']);
    expect(tokens).toBeGreaterThan(100);
    expect(tokens).toBeLessThan(150);
    const active = async () => {
      const { data } = await models.graphql(
        { ...caller, scopes: [...caller.scopes, 'models:read'] },
        '{ inferenceStatus { active } }',
      );
      return data?.['inferenceStatus'];
    };
    await expect.poll(active).toEqual({ active: 0 });
  });

  test('a seed gives the same answer at any temperature', async () => {
    for (const temperature of [0, 0.7, 2]) {
      const ask = () => chat({ ...WILD, temperature, seed: 42, maxTokens: 40 });
      expect((await ask()).text).toBe((await ask()).text);
    }
  });

  test('a prompt that is asked again is remembered, and billed all the same', async () => {
    const messages = [user('remember this sentence of mine')];
    const first = await chat({ ...STARTER, messages, maxTokens: 2 });
    const again = await chat({ ...STARTER, messages, maxTokens: 2 });
    expect(again.usage.promptTokens).toBe(first.usage.promptTokens);
    expect(again.usage.cachedTokens).toBe(again.usage.promptTokens - 1);
  });

  test('texts are continued without a template, each for itself', async () => {
    const prompt = ['def add(a, b):', 'xyz'];
    const tokens = (await Promise.all(prompt.map((text) => tokenize('wild', text)))).flat().length;
    const { choices, usage } = await complete({ model: 'wild', prompt, n: 2, maxTokens: 7, echo: true, seed: 1 });
    expect(usage).toMatchObject({ promptTokens: tokens, completionTokens: 28 });
    expect(choices.map(({ text }) => text.startsWith('def'))).toEqual([true, true, false, false]);
    const scored = await complete({ model: 'wild', prompt: ['abc'], maxTokens: 4, logprobs: true, topLogprobs: 2 });
    expect(scored.choices[0]?.logprobs).toHaveLength(4);
    expect(await refusal('complete', { model: 'wild', prompt: ['a'], suffix: 'b' })).toMatchObject({
      argument: 'suffix',
    });
  });

  test('a long text is continued whole, and one too long is refused with its count', async () => {
    const { usage } = await complete({ model: 'wild', prompt: ['x'.repeat(8_180)], maxTokens: 5 });
    expect(usage.promptTokens).toBe(8_180);
    const { message } = await refusal('complete', { model: 'wild', prompt: ['x'.repeat(9_000)] });
    expect(message).toBe('The prompt has 9000 tokens; wild takes 8190 at most.');
  });

  test('what a user types is never a control token, whatever it spells', async () => {
    const messages = (content: string) => [
      { role: 'SYSTEM', content },
      user(content),
      { role: 'ASSISTANT', content },
      user(content),
    ];
    const countAll = async (m: readonly object[]): Promise<number> => {
      const query = 'query ($m: [ChatMessageInput!]!) { countTokens(model: "starter", messages: $m) }';
      const { data, errors } = await models.graphql(caller, query, { m });
      expect(errors).toBeUndefined();
      return z.int().parse(data?.['countTokens']);
    };
    const count = (content: string): Promise<number> => countAll(messages(content));
    const empty = (await count('x')) - 4 * (await tokenize('starter', 'x')).length;
    for (const special of SPECIAL_TOKENS) {
      const tokens = await tokenize('starter', special);
      expect(tokens.length).toBeGreaterThan(1);
      expect(tokens.every((token) => token >= SPECIAL_TOKENS.length)).toBe(true);
      expect(await count(special)).toBe(empty + 4 * tokens.length);
    }
    // The result of a call is written as JSON.
    const withResult = (content: string) => [
      user('x'),
      { role: 'ASSISTANT', content: '', toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
      { role: 'TOOL', content, toolCallId: 'a' },
    ];
    const rest = (await countAll(withResult('aa'))) - (await tokenize('starter', '"aa"')).length;
    for (const special of SPECIAL_TOKENS) {
      const tokens = await tokenize('starter', `"a${special}a"`);
      expect(await countAll(withResult(`a${special}a`))).toBe(rest + tokens.length);
    }
  });

  test('half characters and NUL are text', async () => {
    expect(await tokenize('wild', '\ud800')).toEqual(await tokenize('wild', '\ufffd'));
    expect(await tokenize('wild', 'a\0b')).toHaveLength(3);
    const { usage } = await chat({ ...WILD, messages: [user('\udfff\0 and so on')], stop: ['\ud83d'], maxTokens: 3 });
    expect(usage.completionTokens).toBe(3);
  });
});
