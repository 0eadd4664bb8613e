import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import { createRemoteModels } from '#subgraphs/models/remote/remote-models.ts';
import { openBackendStore } from '#subgraphs/models/store/backends.ts';
import { someone } from '#tests/harness/caller.ts';
import { startModelsService, type ChatEvent, type ModelsService } from '#tests/harness/models-service.ts';
import {
  endChunk,
  refusing,
  send,
  startOpenAiServer,
  streaming,
  textChunk,
  usageChunk,
  type OpenAiServer,
} from '#tests/harness/openai-server.ts';

const ADD = 'mutation ($input: RemoteModelInput!) { addRemoteModel(input: $input) { name kind remote contextSize } }';
const LOG = createLog('test', 'silent');
const KEY = 'sk-a-key-that-nobody-may-see';
const CHAT = `mutation ($input: ChatInput!) {
  chat(input: $input) {
    requestId text finishReason message { toolCalls { id name arguments } }
    choices { index text finishReason logprobs { token logprob top { token } } }
    usage { promptTokens completionTokens totalTokens cachedTokens }
  }
}`;

describe('a model that servers elsewhere answer for', () => {
  let models: ModelsService;
  let admin: Caller;
  let user: Caller;
  let server: OpenAiServer;
  let other: OpenAiServer;

  beforeAll(async () => {
    models = await startModelsService();
    admin = someone('ADMIN');
  });
  afterAll(() => models.stop());
  beforeEach(async () => {
    user = await models.addUser(1_000_000);
    server = await startOpenAiServer();
    other = await startOpenAiServer();
  });
  afterEach(async () => {
    await models.graphql(admin, 'mutation { removeRemoteModel(name: "far") }');
    await Promise.all([server.stop(), other.stop()]);
  });

  const add = async (input: Record<string, unknown> = {}) => {
    const model = {
      name: 'far',
      urls: [server.url],
      model: 'vendor/Far-7B',
      apiKey: KEY,
      contextSize: 4_096,
      ...input,
    };
    const { data, errors } = await models.graphql(admin, ADD, { input: model });
    return { added: data?.['addRemoteModel'], error: errors?.[0] };
  };
  const asking = (input: Record<string, unknown> = {}) => ({
    model: 'far',
    messages: [{ role: 'USER', content: 'Write a function' }],
    ...input,
  });
  const chat = async (input: Record<string, unknown> = {}) => {
    const { data, errors } = await models.graphql(user, CHAT, { input: asking(input) });
    return { answer: data?.['chat'], error: errors?.[0] };
  };
  const read = async (input: Record<string, unknown> = {}): Promise<ChatEvent[]> => {
    const events: ChatEvent[] = [];
    for await (const event of models.chat(user, asking(input))) events.push(event);
    return events;
  };
  const model = async () => {
    const query = '{ model(name: "far") { status lastError remote kind contextSize sizeBytes memoryBytes } }';
    return (await models.graphql(admin, query)).data?.['model'];
  };
  /** What is held of the balance, and spent. */
  const balance = async () => {
    const [row] = await models.database.sql(
      `select w.reserved::int, w.spent::int from billing.quota_window w join billing.quota q on q.id = w.quota_id
       where q.subject = $1 and q.period = 'total'`,
      [`user:${user.userId}`],
    );
    return row;
  };

  test('is added, listed and removed by admins, and its key lies sealed', async () => {
    expect((await add()).added).toEqual({ name: 'far', kind: 'CHAT', remote: true, contextSize: 4_096 });
    expect((await add()).error).toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect((await add({ name: 'starter' })).error).toMatchObject({ extensions: { code: 'CONFLICT' } });
    const { data } = await models.graphql(user, '{ models { name remote } }');
    expect(data?.['models']).toContainEqual({ name: 'far', remote: true });
    expect(data?.['models']).toContainEqual({ name: 'starter', remote: false });
    const rows = await models.database.sql('select * from models.backends', []);
    expect(rows).toMatchObject([{ name: 'far', model: 'vendor/Far-7B', urls: [server.url] }]);
    expect(String(rows[0]?.['api_key'])).not.toContain(KEY);
    const log = await models.database.sql(
      "select action, details::text from audit.events where action like 'model.remote%'",
      [],
    );
    expect(log).toMatchObject([{ action: 'model.remote-added' }]);
    expect(JSON.stringify(log)).not.toContain(KEY);
    for (const change of ['loadModel', 'unloadModel']) {
      const { errors } = await models.graphql(admin, `mutation { ${change}(name: "far") { name } }`);
      expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('another machine') });
    }
    const remove = 'mutation { removeRemoteModel(name: "far") }';
    expect((await models.graphql(admin, remove)).data).toEqual({ removeRemoteModel: true });
    expect((await models.graphql(admin, remove)).data).toEqual({ removeRemoteModel: false });
    expect(await model()).toBeNull();
    expect((await chat()).error).toMatchObject({ extensions: { code: 'MODEL_NOT_LOADED' } });
  });

  test.each([
    [{ urls: ['http://192.0.2.7:8000/v1'] }, /public/],
    [{ urls: ['https://169.254.169.254/v1'] }, /never connected to/],
    [{ urls: ['http://me:secret@127.0.0.1/v1'] }, /apiKey/],
    [{ urls: ['file:///etc/passwd'] }, /https/],
    [{ urls: ['http://127.0.0.1/v1?key=1'] }, /path/],
    [{ urls: [] }, /1 to 16/],
    [{ name: '../x' }, /name/],
    [{ apiKey: 'two\r\nlines' }, /apiKey/],
    [{ contextSize: 1 }, /contextSize/],
    [{ model: '' }, /model is empty/],
  ])('is refused as %j', async (input, sentence) => {
    const { error } = await add(input);
    expect(error).toMatchObject({ message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('answers as a stream, and is billed what its server has counted', async () => {
    await add();
    server.answer(streaming(['Hel', 'lo', '!'], [17, 4]));
    const events = await read({ temperature: 0, maxTokens: 50, seed: 7, stop: ['END'] });
    expect(events.map(({ text }) => text).join('')).toBe('Hello!');
    const last = events.at(-1);
    expect(last).toMatchObject({
      finishReason: 'STOP',
      usage: { promptTokens: 17, completionTokens: 4, totalTokens: 21 },
    });
    expect(await models.bill(String(last?.requestId))).toEqual({
      prompt_tokens: 17,
      completion_tokens: 4,
      outcome: 'settled',
    });
    expect(await balance()).toEqual({ reserved: 0, spent: 21 });
    const [asked] = server.asked;
    expect(asked).toMatchObject({ path: '/v1/chat/completions', authorization: `Bearer ${KEY}` });
    expect(asked?.body).toEqual({
      model: 'vendor/Far-7B',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 50,
      temperature: 0,
      top_p: 0.95,
      seed: 7,
      stop: ['END'],
      messages: [{ role: 'user', content: 'Write a function' }],
    });
    await expect.poll(model).toMatchObject({ status: 'LOADED', remote: true, lastError: null, sizeBytes: 0 });
  });

  test('that tells no usage is billed the pieces of its answer and an estimate of the prompt', async () => {
    await add();
    server.answer(streaming(['one ', 'two ', 'three'], undefined, 'length'));
    const { answer } = await chat();
    expect(answer).toMatchObject({ text: 'one two three', finishReason: 'LENGTH', usage: { completionTokens: 3 } });
    expect(await balance()).toMatchObject({ reserved: 0 });
  });

  test('is never charged more than was held, whatever its server says', async () => {
    await add({ contextSize: 90 });
    server.answer(streaming(['x'], [1_000_000_000, 1_000_000_000]));
    expect(await chat({ maxTokens: 5 })).toMatchObject({
      answer: { usage: { promptTokens: 89, completionTokens: 5 } },
    });
    server.answer((response) => {
      for (let piece = 0; piece < 50; piece += 1) send(response, textChunk('y'));
    });
    const { answer } = await chat({ maxTokens: 5 });
    expect(answer).toMatchObject({ text: 'yyyyy', finishReason: 'LENGTH', usage: { completionTokens: 5 } });
    await server.asked[1]?.closed;
  });

  test('garbage between the pieces is passed over', async () => {
    await add();
    server.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\nevent: ping\ndata: {not json\n\ndata: [1,2]\n\ndata: null\n\nid: 5\n\n');
      send(response, { choices: [{ delta: { content: 5 }, finish_reason: 3 }], usage: { prompt_tokens: -1 } });
      response.write(Buffer.from([0xff, 0xfe, 0x0a, 0x0a]));
      send(response, textChunk('fine'));
      send(response, { ...endChunk('stop'), usage: 'none' });
      response.end(`data: ${JSON.stringify(usageChunk(9, 1))}`);
    });
    expect((await chat()).answer).toMatchObject({ text: 'fine', usage: { promptTokens: 9, completionTokens: 1 } });
  });

  test('calls functions, and answers in a form', async () => {
    await add();
    const tools = [
      { name: 'add', parameters: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } },
    ];
    server.answer((response) => {
      const part = (call: object) => ({ choices: [{ delta: { tool_calls: [{ index: 0, ...call }] } }] });
      send(response, part({ id: 'c1', function: { name: 'add', arguments: '' } }));
      send(response, part({ function: { arguments: '{"a":' } }));
      send(response, part({ function: { arguments: '2}' } }));
      send(response, endChunk('tool_calls'));
      send(response, usageChunk(30, 9));
      response.end('data: [DONE]\n\n');
    });
    expect((await chat({ tools, toolName: 'add' })).answer).toMatchObject({
      finishReason: 'TOOL_CALLS',
      message: { toolCalls: [{ id: 'c1', name: 'add', arguments: '{"a":2}' }] },
      usage: { completionTokens: 9 },
    });
    expect(server.asked[0]?.body).toMatchObject({
      tool_choice: { type: 'function', function: { name: 'add' } },
      tools: [{ type: 'function', function: { name: 'add' } }],
    });
    server.answer(streaming(['{}'], [5, 1]));
    const responseSchema = { type: 'object', properties: { a: { type: 'string' } } };
    await chat({ responseSchema });
    expect(server.asked[1]?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: responseSchema } },
    });
  });

  test('what a server says of a request never shows its key', async () => {
    await add();
    const message = `Incorrect API key provided: Bearer ${KEY}`;
    server.answer(refusing(400, { message }));
    expect((await chat()).error?.message).toBe(
      'The server of far does not take this: Incorrect API key provided: Bearer …',
    );
    server.answer((response) => {
      send(response, textChunk('So '));
      send(response, { error: { message, code: 400 } });
      response.end();
    });
    const { error } = await chat();
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(error?.message).not.toContain(KEY);
  });

  test('a call whose arguments are nested without end ends the chat', async () => {
    await add();
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    server.answer((response) => {
      const part = { index: 0, id: 'call_1', function: { name: 'look', arguments: deep } };
      send(response, { choices: [{ delta: { tool_calls: [part] } }] });
      send(response, endChunk('tool_calls'));
      send(response, '[DONE]');
      response.end();
    });
    const tools = [{ name: 'look', parameters: { type: 'object' } }];
    expect((await chat({ tools })).error?.extensions).toMatchObject({ code: 'MODEL_CRASHED' });
  });

  test('a call of a function that nobody told of ends the chat', async () => {
    await add();
    server.answer((response) => {
      const call = { index: 0, id: 'c', function: { name: 'rm', arguments: '{}' } };
      send(response, { choices: [{ delta: { tool_calls: [call] }, finish_reason: 'tool_calls' }] });
      response.end('data: [DONE]\n\n');
    });
    expect((await chat()).error).toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
  });

  test('hears when its reader leaves, who pays for what was there by then', async () => {
    await add();
    server.answer((response) => {
      send(response, textChunk('a'));
      send(response, textChunk('b'));
    });
    const stream = models.chat(user, asking());
    let requestId = '';
    for await (const event of stream) {
      ({ requestId } = event);
      stream.leave();
      break;
    }
    await server.asked[0]?.closed;
    await expect.poll(() => models.bill(requestId)).toMatchObject({ outcome: 'cancelled' });
    expect(await balance()).toMatchObject({ reserved: 0 });
  });

  test.each([
    [400, { message: 'temperature is wrong' }, {}, 'BAD_USER_INPUT', /temperature is wrong/],
    [400, { message: 'maximum context length is 10', code: 'x' }, {}, 'CONTEXT_LENGTH_EXCEEDED', /10/],
    [401, { message: `${KEY} is wrong` }, {}, 'SERVICE_UNAVAILABLE', /refuses the key that an admin/],
    [404, { message: 'no model' }, {}, 'MODEL_NOT_LOADED', /does not have the model/],
    [429, { message: 'slow down' }, { 'retry-after': '7' }, 'OVERLOADED', /too much to do/],
    [302, {}, { location: 'http://127.0.0.1:1/' }, 'SERVICE_UNAVAILABLE', /No server/],
    [500, { message: 'boom' }, {}, 'SERVICE_UNAVAILABLE', /failed/],
    [504, {}, {}, 'TIMEOUT', /in time/],
  ])('that its server answers with %i fails as one of our codes', async (status, problem, headers, code, sentence) => {
    await add();
    server.answer(refusing(status, problem, headers));
    const { error } = await chat();
    expect(error).toMatchObject({
      message: expect.stringMatching(sentence),
      extensions: { code, ...(status === 429 ? { retryAfterSeconds: 7 } : {}) },
    });
    expect(JSON.stringify(error)).not.toContain(KEY);
    expect(await balance()).toEqual({ reserved: 0, spent: 0 });
  });

  test.each([
    ['hangs up', (response: ServerResponse) => void response.write('\n', () => response.destroy())],
    ['ends without an end', (response: ServerResponse) => void response.end()],
    ['never ends a line', (response: ServerResponse) => void response.write('x'.repeat(2_000_000))],
    ['tells of an error', (response: ServerResponse) => void response.write('data: {"error":{"message":"oom"}}\n\n')],
  ])('that %s in the middle crashes, and what was delivered is billed', async (_, ending) => {
    await add();
    server.answer((response) => {
      send(response, textChunk('half'));
      ending(response);
    });
    const { error } = await chat();
    expect(error).toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
    expect(await balance()).toMatchObject({ reserved: 0 });
  });

  test('that does not stream crashes', async () => {
    await add();
    server.answer((response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    expect((await chat()).error).toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
  });

  test('goes to the next server where one is gone, and says how they do', async () => {
    await add({ urls: [server.url, other.url] });
    await server.stop();
    other.answer(streaming(['here'], [3, 1]));
    expect((await chat()).answer).toMatchObject({ text: 'here' });
    await expect.poll(model).toMatchObject({
      status: 'LOADED',
      lastError: '1 of 2 servers do not answer: it cannot be reached',
    });
    other.answer(refusing(401));
    other.health(401);
    await chat();
    await expect.poll(model).toMatchObject({ status: 'CRASHED' });
    const { error } = await chat();
    expect(error).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: expect.any(Number) } });
    server = await startOpenAiServer();
  });

  test('goes to the server that is least busy', async () => {
    await add({ urls: [server.url, other.url] });
    const held = Promise.withResolvers<void>();
    const holding = async (response: Parameters<ReturnType<typeof streaming>>[0]): Promise<void> => {
      await held.promise;
      await streaming(['x'], [1, 1])(response, {
        path: '',
        authorization: undefined,
        body: { model: '' },
        closed: held.promise,
      });
    };
    server.answer(holding);
    other.answer(holding);
    const chats = [chat(), chat(), chat(), chat()];
    await expect.poll(() => [server.asked.length, other.asked.length]).toEqual([2, 2]);
    held.resolve();
    for (const { answer } of await Promise.all(chats)) expect(answer).toMatchObject({ text: 'x' });
  });

  test('has no more than the budget, and its settings', async () => {
    await add();
    user = await models.addUser(200);
    server.answer(streaming(['x'], [10, 1]));
    await models.graphql(
      admin,
      'mutation { setModelSettings(input: { model: "far", systemPrompt: "Be brief" }) { name } }',
    );
    await chat();
    const { body } = server.asked[0] ?? {};
    expect(body?.['messages']).toMatchObject([{ role: 'system', content: 'Be brief' }, { role: 'user' }]);
    expect(body?.['max_tokens']).toBeLessThan(200);
    const shift = 'mutation { setModelSettings(input: { model: "far", contextShift: true }) { name } }';
    expect((await models.graphql(admin, shift)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    const count = '{ countTokens(model: "far", messages: [{ role: USER, content: "a" }]) }';
    expect((await models.graphql(user, count)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('embeds, some texts at once', async () => {
    await add({ kind: 'EMBEDDING' });
    server.answer((response, { body }) => {
      const input = Array.isArray(body['input']) ? body['input'] : [];
      const data = input.map((_text, index) => ({ index, embedding: [3, 4, 0] }));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data, usage: { prompt_tokens: 2 * input.length } }));
    });
    const query = `mutation ($input: EmbedInput!) {
      embed(input: $input) { requestId data { index embedding } usage { promptTokens } }
    }`;
    const input = { model: 'far', input: Array.from({ length: 40 }, (_, index) => `text ${index}`) };
    const { data } = await models.graphql(user, query, { input });
    expect(data?.['embed']).toMatchObject({ usage: { promptTokens: 80 } });
    expect(data?.['embed']).toMatchObject({
      data: expect.arrayContaining([{ index: 39, embedding: [0.600000024, 0.800000012, 0] }]),
    });
    expect(server.asked.map(({ body }) => body['input'])).toMatchObject([{ length: 32 }, { length: 8 }]);
    expect(await balance()).toEqual({ reserved: 0, spent: 80 });
    const wide = await models.graphql(user, query, { input: { ...input, dimensions: 4 } });
    expect(wide.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect((await chat()).error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    server.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: [{ index: 0, embedding: [1e308, 1] }], usage: { prompt_tokens: 2 } }));
    });
    const huge = await models.graphql(user, query, { input: { model: 'far', input: ['one'] } });
    expect(huge.errors?.[0]).toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
    expect(await balance()).toEqual({ reserved: 0, spent: 80 });
  });

  test('is read from the database with its key', async () => {
    await add();
    server.answer(streaming(['again'], [1, 1]));
    const { url, secret } = models.database;
    const pool = await openPool(serviceAddress(url, 'models', secret), LOG);
    const keys = [secret('backends'), Buffer.alloc(32)];
    const restarted = keys.map((key) => createRemoteModels(openBackendStore(pool), key, () => {}, LOG));
    try {
      for (const remotes of restarted) {
        const far = await remotes.find('far');
        const texts = await far?.openTexts(['a'], user.userId, new AbortController().signal, null);
        await expect(texts?.embed(0, new AbortController().signal)).rejects.toMatchObject({ code: 'MODEL_CRASHED' });
      }
    } finally {
      await Promise.all(restarted.map((remotes) => remotes.stop()));
      await pool.end();
    }
    // Sealed with another secret it is as if there were none.
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`, undefined]);
  });
});
