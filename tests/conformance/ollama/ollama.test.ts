import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRoute } from '#gateway/rest/routes.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { writeScriptedModel } from '#tests/harness/scripted-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const QUESTION = 'Write a Python function that adds two numbers';
const MESSAGES = [{ role: 'user', content: QUESTION }];
const COLD = { temperature: 0 };
const F = { type: 'function', function: { name: 'f', description: 'Goes on' } };
const PERSON = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 12 }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
};

describe("Ollama's own client on the whole studio", () => {
  let studio: TestStudio;
  let token: string;
  let ollama: Ollama;

  const clientOf = (key: string): Ollama =>
    new Ollama({ host: studio.url, headers: { Authorization: `Bearer ${key}` } });
  const active = async () => (await studio.rpc('llm.status', {}, token)).body['result'];
  /** What a call was refused with. */
  const refusal = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'it was not refused',
      (reason: unknown) => reason,
    );

  beforeAll(async () => {
    studio = await startStudio();
    const models = studio.config.modelsDir;
    await writeRandomModel(join(models, 'endless.gguf'), { contextSize: 32_768 });
    await writeRandomBert(join(models, 'bert.gguf'));
    // ChatML ends a prompt by a line break, after which this model always calls.
    const script = ['Ċ', '||', 'call', ':', 'Ġ', 'f', '(', '{', '}', ')'];
    await writeScriptedModel(join(models, 'caller.gguf'), ['| |', 'c a', 'l l', 'ca ll'], script);
    token = await studio.login();
    ollama = clientOf(token);
  });
  afterAll(() => studio.stop());

  test('lists the models, shows one, and knows the version', async () => {
    const { models } = await ollama.list();
    expect(models.map(({ name }) => name)).toEqual(expect.arrayContaining(['starter', 'endless', 'bert']));
    expect(await ollama.show({ model: 'starter:latest' })).toMatchObject({ capabilities: ['completion', 'tools'] });
    expect(await ollama.show({ model: 'bert' })).toMatchObject({ capabilities: ['embedding'] });
    expect(await ollama.version()).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  test('chats, and streams the same with the same counts', async () => {
    const whole = await ollama.chat({ model: 'starter:latest', messages: MESSAGES, options: COLD });
    expect(whole).toMatchObject({ model: 'starter', done: true, done_reason: 'stop' });
    expect(whole.message.content).toContain('return');
    const pieces = [];
    for await (const piece of await ollama.chat({
      model: 'starter',
      messages: MESSAGES,
      options: COLD,
      stream: true,
    })) {
      pieces.push(piece);
    }
    expect(pieces.map(({ message }) => message.content).join('')).toBe(whole.message.content);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.at(-1)).toMatchObject({
      done: true,
      prompt_eval_count: whole.prompt_eval_count,
      eval_count: whole.eval_count,
      eval_duration: expect.any(Number),
    });
    expect(pieces.slice(0, -1).every(({ done }) => !done)).toBe(true);
  });

  test('goes on with a prompt, streamed or not, to num_predict or a stop text', async () => {
    const options = { ...COLD, num_predict: 6 };
    const whole = await ollama.generate({ model: 'caller', prompt: 'Go on', options });
    expect(whole).toMatchObject({ response: '||call: f(', done_reason: 'length', eval_count: 6 });
    let text = '';
    for await (const piece of await ollama.generate({ model: 'caller', prompt: 'Go on', options, stream: true })) {
      text += piece.response;
    }
    expect(text).toBe(whole.response);
    const stopped = await ollama.generate({ model: 'caller', prompt: 'Go on', options: { ...COLD, stop: ['ll: f'] } });
    expect(stopped).toMatchObject({ response: '||ca', done_reason: 'stop' });
    const told = await ollama.generate({ model: 'caller', prompt: 'Go on', system: 'Be short.', options });
    expect(told.prompt_eval_count).toBeGreaterThan(whole.prompt_eval_count);
  });

  test('repeats itself with a seed', async () => {
    const text = async (seed: number) =>
      (
        await ollama.generate({
          model: 'starter',
          prompt: 'Tell me something',
          options: { seed, temperature: 2, top_p: 1, top_k: 0, num_predict: 24 },
        })
      ).response;
    expect(await text(7)).toBe(await text(7));
    expect(await text(7)).not.toBe(await text(8));
  });

  test('has JSON, and JSON of a schema', async () => {
    const wild = { model: 'endless', prompt: QUESTION, options: { temperature: 1.5, seed: 1, num_predict: 1_000 } };
    const { response } = await ollama.generate({ ...wild, format: PERSON });
    expect(new Ajv2020().compile(PERSON)(JSON.parse(response ?? ''))).toBe(true);
    const { message } = await ollama.chat({
      model: 'starter',
      messages: MESSAGES,
      format: 'json',
      options: { ...COLD, num_predict: 480 },
    });
    expect(Object.prototype.toString.call(JSON.parse(message.content))).toBe('[object Object]');
  });

  test('calls functions, and goes on with their results, which need no ids', async () => {
    const body = { model: 'caller', messages: [{ role: 'user', content: 'Go on' }], tools: [F], options: COLD };
    const { message, done_reason: reason } = await ollama.chat(body);
    expect(message.tool_calls).toMatchObject([{ function: { name: 'f', arguments: {} } }]);
    expect({ content: message.content, reason }).toEqual({ content: '', reason: 'stop' });
    const call = { function: { name: 'f', arguments: {} } };
    const messages = [
      ...body.messages,
      { role: 'assistant', content: '', tool_calls: [call, call] },
      { role: 'tool', tool_name: 'f', content: 'one' },
      { role: 'tool', content: 'two' },
    ];
    const next = await ollama.chat({ model: 'caller', messages, options: { ...COLD, num_predict: 3 } });
    expect(next.message.content).toBe('||call:');
    let calls = 0;
    for await (const piece of await ollama.chat({ ...body, stream: true })) {
      calls += piece.message.tool_calls?.length ?? 0;
    }
    expect(calls).toBe(1);
  });

  test('makes vectors of texts', async () => {
    const { embeddings, prompt_eval_count: count } = await ollama.embed({ model: 'bert', input: ['a cat', 'a dog'] });
    expect(embeddings).toHaveLength(2);
    expect(Math.hypot(...(embeddings[0] ?? []))).toBeCloseTo(1, 4);
    expect(count).toBeGreaterThan(0);
    const few = await ollama.embed({ model: 'bert', input: 'a cat', dimensions: 8 });
    expect(few.embeddings[0]).toHaveLength(8);
  });

  test('ends a generation that it aborts', async () => {
    const stream = await ollama.generate({
      model: 'endless',
      prompt: 'Go on',
      options: { num_predict: 20_000 },
      stream: true,
    });
    const read = async (): Promise<void> => {
      for await (const _ of stream) stream.abort();
    };
    expect(await refusal(read())).toMatchObject({ name: 'AbortError' });
    await expect.poll(active, { timeout: 2_000, interval: 20 }).toMatchObject({ active: 0 });
  });

  test('is told what is wrong in a sentence, with its status', async () => {
    const chat = (more: object) => ollama.chat({ model: 'starter', messages: MESSAGES, ...more });
    expect(await refusal(clientOf('cds_wrong').list())).toMatchObject({ status_code: 401, error: expect.any(String) });
    expect(await refusal(chat({ model: 'nothing' }))).toMatchObject({ status_code: 404, error: expect.any(String) });
    expect(await refusal(ollama.show({ model: 'nothing' }))).toMatchObject({ status_code: 404 });
    expect(await refusal(chat({ options: { temperature: 3 } }))).toMatchObject({
      status_code: 400,
      error: expect.stringContaining('temperature'),
    });
    expect(await refusal(chat({ options: { mirostat: 2 } }))).toMatchObject({ status_code: 400 });
    expect(await refusal(chat({ think: true }))).toMatchObject({ status_code: 400 });
    expect(await refusal(chat({ messages: [{ role: 'tool', tool_name: 'f', content: 'x' }] }))).toMatchObject({
      status_code: 400,
    });
    expect(await refusal(ollama.generate({ model: 'starter', prompt: 'x', raw: true }))).toMatchObject({
      status_code: 400,
    });
  });

  test('is told in the midst of a stream that its session has ended', async () => {
    const session = await studio.login();
    const options = { num_predict: 20_000 };
    const stream = await clientOf(session).generate({ model: 'endless', prompt: 'Go on', options, stream: true });
    let left = false;
    const read = async (): Promise<void> => {
      for await (const _ of stream) {
        if (left) continue;
        left = true;
        await studio.graphql('mutation { logout }', { token: session });
      }
    };
    // The client knows no codes; what it has is our sentence.
    expect(await refusal(read())).toMatchObject({ message: expect.stringMatching(/\.$/) });
  });

  test.each([
    ['/api/chat', { model: 'caller', messages: [{ role: 'user', content: 'Go on' }], tools: [F], options: COLD }],
    ['/api/generate', { model: 'caller', prompt: 'Go on', options: { num_predict: 4 } }],
  ])('%s streams by default, in lines that keep their schema', async (path, body) => {
    const response = await fetch(`${studio.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const found = findRoute('POST', path);
    if (found.outcome !== 'found' || !found.route.event) throw new Error('no such route');
    const check = new Ajv2020({ allowUnionTypes: true }).compile(found.route.event);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(check(JSON.parse(line)), JSON.stringify(check.errors)).toBe(true);
  });

  test('needs a credential for everything', async () => {
    for (const path of ['/api/tags', '/api/version']) {
      const response = await fetch(`${studio.url}${path}`);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: expect.any(String), code: 'UNAUTHENTICATED' });
    }
  });
});
