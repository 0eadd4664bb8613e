import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { someone } from '#tests/harness/caller.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const SETTINGS = `settings {
  contextSize sequences threads gpuLayers temperature topP topK repeatPenalty maxTokens systemPrompt
  access { roles users } pinned idleMinutes onDemand contextShift
}`;
const NOTHING = {
  contextSize: null,
  sequences: null,
  threads: null,
  gpuLayers: null,
  temperature: null,
  topP: null,
  topK: null,
  repeatPenalty: null,
  maxTokens: null,
  systemPrompt: null,
  access: null,
  pinned: false,
  idleMinutes: null,
  onDemand: null,
  contextShift: false,
};

describe('settings of a model', () => {
  let models: ModelsService;
  let admin: Caller;

  beforeAll(async () => {
    models = await startModelsService();
    admin = await models.addUser(100_000);
    await writeRandomModel(join(models.modelsDir, 'm.gguf'), { contextSize: 1_024 });
  });
  afterAll(() => models.stop());

  const set = async (input: Record<string, unknown>) => {
    const query = `mutation ($input: ModelSettingsInput!) { setModelSettings(input: $input) { contextSize ${SETTINGS} } }`;
    const { data, errors } = await models.graphql(admin, query, { input: { model: 'm', ...input } });
    return { set: data?.['setModelSettings'], error: errors?.[0] };
  };
  const reset = () => set(NOTHING);
  const chat = async (input: Record<string, unknown> = {}, caller = admin) => {
    const query = `mutation ($input: ChatInput!) {
      chat(input: $input) { text finishReason usage { promptTokens completionTokens } }
    }`;
    const { data, errors } = await models.graphql(caller, query, {
      input: { model: 'm', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 8, ...input },
    });
    if (errors?.[0]) throw Object.assign(new Error(errors[0].message), errors[0].extensions);
    return Object(data?.['chat']);
  };

  test('a model that nobody has set anything for is as the service decides', async () => {
    const { data } = await models.graphql(admin, `{ model(name: "m") { ${SETTINGS} } }`);
    expect(data?.['model']).toEqual({ settings: NOTHING });
  });

  test('what is left out stays, and null leaves it to the service again', async () => {
    expect(await set({ temperature: 0.5, topK: 3, idleMinutes: 5, pinned: true })).toMatchObject({
      set: { settings: { ...NOTHING, temperature: 0.5, topK: 3, idleMinutes: 5, pinned: true } },
    });
    expect(await set({ topK: null, repeatPenalty: 1.5 })).toMatchObject({
      set: { settings: { ...NOTHING, temperature: 0.5, repeatPenalty: 1.5, idleMinutes: 5, pinned: true } },
    });
    const [row] = await models.database.sql("select temperature, top_k, pinned from models.settings where name = 'm'");
    expect(row).toEqual({ temperature: 0.5, top_k: null, pinned: true });
    expect(await reset()).toMatchObject({ set: { settings: NOTHING } });
  });

  test.each([
    ['contextSize', 1_025],
    ['contextSize', 0],
    ['sequences', 33],
    ['threads', 0],
    ['gpuLayers', -1],
    ['temperature', 2.1],
    ['topP', 0],
    ['topK', 1_001],
    ['repeatPenalty', 0],
    ['maxTokens', 0],
    ['systemPrompt', 'x'.repeat(16_385)],
    ['systemPrompt', 'a\0b'],
    ['idleMinutes', 0],
    ['users', { users: ['nobody'] }],
  ])('%s out of bounds is refused (%#)', async (argument, value) => {
    const { error } = await set({ [argument === 'users' ? 'access' : argument]: value });
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('only models that are there have settings', async () => {
    expect((await set({ model: 'nobody', pinned: true })).error?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    expect((await set({ model: '../m', pinned: true })).error?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a load takes them for what it is not told', async () => {
    expect(await set({ contextSize: 512, sequences: 2, threads: 1 })).toMatchObject({ set: { contextSize: 512 } });
    const load = async (options: string) => {
      const { data } = await models.graphql(
        admin,
        `mutation { loadModel(name: "m", options: ${options}) { contextSize } }`,
      );
      const { data: status } = await models.graphql(admin, '{ inferenceStatus { threads } }');
      await models.graphql(admin, 'mutation { unloadModel(name: "m") { name } }');
      return { ...data, ...status };
    };
    expect(await load('{}')).toEqual({ loadModel: { contextSize: 512 }, inferenceStatus: { threads: 1 } });
    expect(await load('{ contextSize: 256 }')).toMatchObject({ loadModel: { contextSize: 256 } });
    await reset();
  });

  test('a load on demand takes them as well', async () => {
    await set({ contextSize: 512, sequences: 2, threads: 1, gpuLayers: 0 });
    await chat();
    const { data } = await models.graphql(
      admin,
      '{ model(name: "m") { status contextSize threads } inferenceStatus { loaded } }',
    );
    expect(data).toEqual({
      model: { status: 'LOADED', contextSize: 512, threads: 1 },
      inferenceStatus: { loaded: ['m'] },
    });
    const load = async (options: string) => {
      const query = `mutation { loadModel(name: "m", options: ${options}) { status } }`;
      return (await models.graphql(admin, query)).errors?.[0]?.message;
    };
    expect(await load('{ sequences: 2, gpuLayers: 0 }')).toBeUndefined();
    expect(await load('{ sequences: 3, gpuLayers: 9 }')).toBe(
      'm is loaded with sequences 2 and gpuLayers 0; unload it first.',
    );
    await models.graphql(admin, 'mutation { unloadModel(name: "m") { name } }');
    await reset();
  });

  test('where it is not to be loaded on demand, the answer says who loads it', async () => {
    await set({ onDemand: false });
    await expect(chat()).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADED',
      message: 'm is not loaded; an admin loads it with loadModel.',
    });
    await models.graphql(admin, 'mutation { loadModel(name: "m") { name } }');
    await chat();
    await models.graphql(admin, 'mutation { unloadModel(name: "m") { name } }');
    await set({ onDemand: null });
    await chat();
  });

  test('a conversation that is too long is refused with its count, and loses its beginning only where it may', async () => {
    const turn = (content: string) => [
      { role: 'USER', content: `${content}?` },
      { role: 'ASSISTANT', content },
    ];
    const last = { role: 'USER', content: 'Go on' };
    const system = { role: 'SYSTEM', content: 'Be brief.' };
    const messages = [system, ...turn('a'.repeat(800)), ...turn('b'.repeat(300)), last];
    await expect(chat({ messages })).rejects.toMatchObject({
      code: 'CONTEXT_LENGTH_EXCEEDED',
      message: expect.stringMatching(/^The prompt has 2\d{3} tokens; m takes 1022 at most\.$/),
    });
    const { usage } = await chat({ messages: [system, ...turn('b'.repeat(300)), last] });
    await set({ contextShift: true });
    expect(await chat({ messages })).toMatchObject({ usage });
    const long = { role: 'USER', content: 'c'.repeat(2_000) };
    await expect(chat({ messages: [...turn('a'), long] })).rejects.toMatchObject({ code: 'CONTEXT_LENGTH_EXCEEDED' });
    await reset();
  });

  test('a chat takes them for what it does not say, and has no more tokens than they allow', async () => {
    // The random model never ends by itself.
    expect(await chat()).toMatchObject({ finishReason: 'LENGTH', usage: { completionTokens: 8 } });
    await set({ maxTokens: 5, temperature: 0 });
    const first = await chat({ maxTokens: null });
    expect(first).toMatchObject({ finishReason: 'LENGTH', usage: { completionTokens: 5 } });
    expect(await chat({ maxTokens: 100 })).toEqual(first);
    expect(await chat({ maxTokens: 3 })).toMatchObject({ usage: { completionTokens: 3 } });
    await reset();
  });

  test('a conversation without a system message begins with the default one', async () => {
    const bare = (await chat()).usage.promptTokens;
    const own = [
      { role: 'SYSTEM', content: 'Be brief.' },
      { role: 'USER', content: 'Go on' },
    ];
    const withOwn = (await chat({ messages: own })).usage.promptTokens;
    await set({ systemPrompt: 'Be brief.' });
    expect((await chat()).usage.promptTokens).toBe(withOwn);
    expect(withOwn).toBeGreaterThan(bare);
    await set({ systemPrompt: 'Something much longer than that, which would be seen.' });
    expect((await chat({ messages: own })).usage.promptTokens).toBe(withOwn);
    await reset();
  });

  test('a model is for the roles and users that it is given to', async () => {
    const other = await models.addUser(1_000);
    const refused = { code: 'FORBIDDEN', message: 'You may not use the model m: ask an admin for it.' };
    await set({ access: { users: [other.userId] } });
    await chat({}, other);
    await expect(chat()).rejects.toMatchObject(refused);
    expect(await set({ access: { roles: ['VIEWER'] } })).toMatchObject({
      set: { settings: { access: { roles: ['VIEWER'], users: [] } } },
    });
    await expect(chat({}, other)).rejects.toMatchObject(refused);
    await expect(chat({ model: 'n' }, other)).rejects.toMatchObject({
      message: 'There is no model "n". Installed: starter, starter-embed.',
    });
    await expect(chat({}, someone('ADMIN', { userId: admin.userId }))).rejects.toMatchObject(refused);
    await set({ access: { roles: ['DEVELOPER'] } });
    await chat({}, other);
    await set({ access: null });
    await chat({}, other);
  });

  test('an API key for other models reaches none of its doors, and has nothing loaded', async () => {
    const [key] = await models.database.sql(
      `insert into users.api_keys (user_id, name, prefix, hash, models, scopes)
       values ($1, 'narrow', 'dsk_narrow', sha256('narrow'), '{starter}', '{inference:run}') returning id`,
      [admin.userId],
    );
    const narrow = someone('DEVELOPER', {
      userId: admin.userId,
      credential: { kind: 'key', id: z.string().parse(key?.['id']) },
    });
    await models.graphql(admin, 'mutation { unloadModel(name: "m") { name } }');
    const refused = { code: 'FORBIDDEN', message: 'This API key may not use the model m.' };
    await expect(chat({}, narrow)).rejects.toMatchObject(refused);
    for (const door of [
      '{ tokenize(model: "m", text: "a") { count } }',
      '{ countTokens(model: "m", messages: [{ role: USER, content: "a" }]) }',
      'mutation { complete(input: { model: "m", prompt: ["a"] }) { text } }',
      'mutation { embed(input: { model: "m", input: ["a"] }) { requestId } }',
      'mutation { rerank(input: { model: "m", query: "a", documents: ["a"] }) { requestId } }',
    ]) {
      const { errors } = await models.graphql(narrow, door);
      expect(errors?.[0]).toMatchObject({ message: refused.message, extensions: { code: 'FORBIDDEN' } });
    }
    const { data } = await models.graphql(admin, '{ model(name: "m") { status } }');
    expect(data?.['model']).toEqual({ status: 'AVAILABLE' });
    await chat({ model: 'starter' }, narrow);
  });

  test('a model that is for others is not told of, but to those who manage all', async () => {
    const other = await models.addUser(null);
    const manager = someone('ADMIN', { userId: admin.userId });
    const seen = async (caller: Caller) => {
      const { data, errors } = await models.graphql(caller, '{ models { name } model(name: "m") { name } }');
      expect(errors).toBeUndefined();
      return data;
    };
    const heard: unknown[] = [];
    const controller = new AbortController();
    const listening = (async () => {
      const events = models.subscribe(other, 'subscription { modelEvents { name } }', controller.signal);
      for await (const { data } of events) heard.push(data?.['modelEvents']);
    })().catch(() => {});
    const everything = await seen(manager);
    expect(await seen(other)).toEqual(everything);
    await set({ access: { users: [manager.userId] } });
    expect(await seen(manager)).toEqual(everything);
    expect(await seen(other)).toEqual({ models: [{ name: 'starter' }, { name: 'starter-embed' }], model: null });
    await set({ temperature: 1 });
    await set({ model: 'starter', temperature: 1 });
    await expect.poll(() => heard).toEqual([{ name: 'starter' }]);
    controller.abort();
    await listening;
    await set({ model: 'starter', temperature: null });
    await reset();
  });

  test('each change is in the audit log, without the prompt', async () => {
    await set({ systemPrompt: 'a secret of the house', topK: 7, access: { users: [admin.userId] } });
    const [row] = await models.database.sql(
      "select target_id, details from audit.events where action = 'model.settings-changed' order by id desc limit 1",
    );
    expect(row).toEqual({
      target_id: 'm',
      details: { topK: 7, systemPrompt: true, access: { roles: [], users: 1 } },
    });
    await reset();
  });
});
