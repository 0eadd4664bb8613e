import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { startModel } from '#subgraphs/models/loaded-model.ts';
import { descendants, gone } from '#tests/harness/installation.ts';
import { startModelsService, type ChatEvent, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const asking = (model: string, content = 'Go on') => ({ model, messages: [{ role: 'USER', content }] });
const WORKER = /worker\/main\.ts/;

describe('workers that die', () => {
  let models: ModelsService;
  let caller: Caller;

  const workers = async () => (await descendants(process.pid)).filter(({ command }) => WORKER.test(command));
  const killWorkers = async (): Promise<void> => {
    for (const { pid } of await workers()) process.kill(pid, 'SIGKILL');
  };
  const refusal = async (model: string): Promise<{ message: string; code: unknown }> => {
    const { errors } = await models.graphql(caller, 'mutation ($input: ChatInput!) { chat(input: $input) { text } }', {
      input: asking(model),
    });
    return { message: errors?.[0]?.message ?? '', code: errors?.[0]?.extensions['code'] };
  };
  const model = async (name: string): Promise<unknown> => {
    const { data } = await models.graphql(caller, `{ model(name: "${name}") { status lastError } }`);
    return data?.['model'];
  };
  const unsettled = () => models.database.sql("select 1 from billing.llm_requests where state = 'open'");
  const expectStarterToAnswer = async (): Promise<void> => {
    const { data, errors } = await models.graphql(
      caller,
      'mutation { chat(input: { model: "starter", messages: [{ role: USER, content: "Hello" }] }) { text } }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['chat']).toMatchObject({ text: expect.any(String) });
  };

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(1_000_000);
    await writeRandomModel(join(models.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
  });

  afterAll(() => models.stop());

  test('a worker that is killed during a chat ends it with MODEL_CRASHED, what was delivered is billed, and the next chat works', async () => {
    let requestId = '';
    let killed: Promise<void> | undefined;
    const chat = (async () => {
      for await (const event of models.chat(caller, asking('endless'))) {
        ({ requestId } = event);
        killed ??= killWorkers();
      }
    })();
    await expect(chat).rejects.toMatchObject({
      message: expect.stringContaining('its worker was killed'),
      extensions: { code: 'MODEL_CRASHED' },
    });
    await killed;
    expect(await models.bill(requestId)).toMatchObject({ outcome: 'failed', completion_tokens: expect.any(Number) });
    expect(await unsettled()).toEqual([]);
    expect(await model('endless')).toMatchObject({ status: 'CRASHED', lastError: expect.stringContaining('killed') });
    const events = [];
    for await (const event of models.chat(caller, { ...asking('endless'), maxTokens: 20 })) events.push(event);
    expect(events.at(-1)?.usage?.completionTokens).toBe(20);
  });

  test('a worker leaves Ctrl-C and SIGTERM to its service', async () => {
    const chat = models.chat(caller, { ...asking('endless'), maxTokens: 2_000 });
    let signalled = false;
    let last: ChatEvent | undefined;
    for await (const event of chat) {
      last = event;
      if (signalled) continue;
      signalled = true;
      for (const { pid } of await workers()) {
        process.kill(pid, 'SIGINT');
        process.kill(pid, 'SIGTERM');
      }
    }
    expect(last?.finishReason).toBe('LENGTH');
  });

  test('a worker that is killed before the first token costs nothing', async () => {
    const chat = refusalOf(models.chat(caller, asking('endless', 'x'.repeat(32_000))));
    await expect.poll(unsettled, { interval: 5 }).not.toEqual([]);
    await killWorkers();
    await expect(chat).resolves.toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
    const [row] = await models.database.sql(
      "select prompt_tokens::int, completion_tokens::int from billing.token_usage where outcome = 'failed' order by at desc limit 1",
    );
    expect(row).toEqual({ prompt_tokens: 0, completion_tokens: 0 });
  });

  test('a file that makes llama.cpp abort is refused with its assertion, rests after the third time, and takes nothing else down', async () => {
    await writeRandomModel(join(models.modelsDir, 'headless.gguf'), {
      metadata: { 'llama.attention.head_count': { type: 'uint32', value: 0 } },
    });
    for (let attempt = 0; attempt < 3; attempt++) {
      const { message, code } = await refusal('headless');
      expect(code).toBe('MODEL_NOT_LOADED');
      expect(message).toMatch(/^headless cannot be loaded: llama\.cpp gave up: GGML_ASSERT\(.+\) failed\.$/);
    }
    expect(await model('headless')).toMatchObject({ status: 'CRASHED' });
    expect(await refusal('headless')).toMatchObject({
      code: 'MODEL_CRASHED',
      message: expect.stringMatching(
        /failed several times in a row and rests for [1-5] s, unless an admin loads it with loadModel: /,
      ),
    });
    await expectStarterToAnswer();
    // The file is mended; an admin does not wait until the rest is over, and nobody does after him.
    await writeRandomModel(join(models.modelsDir, 'headless.gguf'));
    const { errors } = await models.graphql(caller, 'mutation { loadModel(name: "headless") { name } }');
    expect(errors).toBeUndefined();
    expect(await model('headless')).toMatchObject({ status: 'LOADED', lastError: null });
    for await (const event of models.chat(caller, { ...asking('headless'), maxTokens: 2 }))
      expect(event.index).toBeLessThan(2);
  });

  test('a conversation that the model’s own template refuses fails alone, however often', async () => {
    const TURNS = 8;
    // The library resolves ChatML by itself, and tries a template on short conversations.
    const template =
      `{% if messages|length > ${TURNS} %}{{ raise_exception('Ask one thing at a time') }}{% endif %}` +
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ': ' + message['content'] + '<|im_end|>' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant: ' }}{% endif %}";
    await writeRandomModel(join(models.modelsDir, 'strict.gguf'), {
      contextSize: 16_384,
      metadata: { 'tokenizer.chat_template': { type: 'string', value: template } },
    });
    const other = models.chat(caller, { ...asking('strict'), maxTokens: 400 })[Symbol.asyncIterator]();
    expect(await other.next()).toMatchObject({ value: { index: 0 } });
    const messages = Array.from({ length: TURNS + 1 }, (_, index) => ({
      role: index % 2 === 0 ? 'USER' : 'ASSISTANT',
      content: 'Hi',
    }));
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(await refusalOf(models.chat(caller, { model: 'strict', messages }))).toMatchObject({
        message: 'strict does not take this: Ask one thing at a time',
        extensions: { code: 'BAD_USER_INPUT', argument: 'messages' },
      });
    }
    let last: unknown;
    for (let step = await other.next(); !step.done; step = await other.next()) last = step.value;
    expect(last).toMatchObject({ finishReason: 'LENGTH' });
    expect(await model('strict')).toEqual({ status: 'LOADED', lastError: null });
  });

  test('a worker that hangs while it has work is killed, and says so', async () => {
    const { signal } = new AbortController();
    const options = {
      kind: 'CHAT' as const,
      path: join(models.modelsDir, 'endless.gguf'),
      contextSize: 32_768,
      sequences: 1,
      threads: 1,
    };
    const before = await workers();
    const result = await startModel('endless', options, signal, createLog('test', 'silent'), 2_000);
    if (result.outcome !== 'loaded') throw new Error(result.reason);
    const [worker] = (await workers()).filter(({ pid }) => before.every((other) => other.pid !== pid));
    if (!worker) throw new Error('no worker');
    const prompt = { kind: 'chat' as const, turns: [{ role: 'USER' as const, content: 'Go on' }], tools: [] };
    using conversation = await result.model.open([prompt], 'ann', signal);
    const sampling = { temperature: 1, topP: 1, topK: 0, repeatPenalty: 1, seed: 1 };
    const answer = conversation.generate(
      0,
      { maxTokens: 30_000, sampling, stop: [], form: { kind: 'free', mostCalls: 0 }, scores: null },
      signal,
    );
    await answer.next();
    process.kill(worker.pid, 'SIGSTOP');
    onTestFinished(() => result.model.close(new StudioError('MODEL_NOT_LOADED')));
    await expect(refusalOf(answer)).resolves.toMatchObject({
      code: 'MODEL_CRASHED',
      message: 'endless ended before its answer was complete: its worker hung and was killed.',
    });
    expect(await result.model.ended).toBe('its worker hung and was killed');
    await gone([worker]);
  });

  test('a damaged file is refused with llama.cpp’s reason and stays listed', async () => {
    const cut = join(models.modelsDir, 'cut.gguf');
    await writeRandomModel(cut);
    const { length } = await readFile(cut);
    await truncate(cut, length - 40_000);
    const { message, code } = await refusal('cut');
    expect(code).toBe('MODEL_NOT_LOADED');
    expect(message).toMatch(/^cut cannot be loaded: tensor .+ model is corrupted or incomplete\.$/);
    expect(await model('cut')).toMatchObject({ status: 'AVAILABLE', lastError: expect.stringContaining('corrupted') });
    await writeFile(join(models.modelsDir, 'noise.gguf'), 'not a model at all');
    expect(await refusal('noise')).toMatchObject({ code: 'MODEL_NOT_LOADED' });
    await expectStarterToAnswer();
  });

  test('a worker does not outlive a service that is killed, though it generates', async () => {
    // A process of its own that starts a worker, lets it generate for long and says so.
    const program = `
      const { startModel } = await import(${JSON.stringify(join(import.meta.dirname, '../../subgraphs/models/loaded-model.ts'))});
      const log = { info() {}, error() {} };
      const signal = new AbortController().signal;
      const options = { kind: 'CHAT', path: ${JSON.stringify(join(models.modelsDir, 'endless.gguf'))}, contextSize: 32768, sequences: 1, threads: 1 };
      const { model } = await startModel('endless', options, signal, log);
      const turns = [{ role: 'USER', content: 'Go on' }];
      const conversation = await model.open([{ kind: 'chat', turns, tools: [] }], 'ann', signal);
      const sampling = { temperature: 1, topP: 1, topK: 0, repeatPenalty: 1, seed: 1 };
      let told = false;
      const long = { maxTokens: 30000, sampling, stop: [], form: { kind: 'free', mostCalls: 0 }, scores: null };
      for await (const step of conversation.generate(0, long, signal)) {
        if (!told) process.stdout.write('generating');
        told = true;
      }`;
    const service = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(service.stdout, 'data');
    const below = await descendants(service.pid ?? 0);
    expect(below.some(({ command }) => WORKER.test(command))).toBe(true);
    service.kill('SIGKILL');
    await expect(gone(below)).resolves.toBeUndefined();
  });

  test('stopping the service settles what runs and ends every worker', async () => {
    const own = await startModelsService();
    const user = await own.addUser(100_000);
    await writeRandomModel(join(own.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
    const before = await workers();
    const stream = own.chat(user, asking('endless'))[Symbol.asyncIterator]();
    const { value } = await stream.next();
    const started = (await workers()).filter(({ pid }) => before.every((other) => other.pid !== pid));
    expect(started).toHaveLength(1);
    await own.subgraph.stop();
    expect(await own.bill(value?.requestId)).toMatchObject({ outcome: 'cancelled' });
    await gone(started);
    await own.database.drop();
  });
});

const refusalOf = async (stream: AsyncIterable<unknown>): Promise<unknown> => {
  try {
    for await (const _ of stream);
    return 'it was answered';
  } catch (error) {
    return error;
  }
};
