import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const FIELDS = 'id name kind status contextSize costPerToken sizeBytes memoryBytes lastError';

describe('models and their workers', () => {
  let models: ModelsService;
  let admin: Caller;

  const load = (options: string) =>
    models.graphql(admin, `mutation { loadModel(name: "other", options: ${options}) { ${FIELDS} } }`);
  const unload = (name = 'other') => models.graphql(admin, `mutation { unloadModel(name: "${name}") { ${FIELDS} } }`);
  const statusOf = async (name: string): Promise<unknown> => {
    const { data } = await models.graphql(admin, '{ models { name status } }');
    const list = data?.['models'];
    return Array.isArray(list) ? list.find((model) => model.name === name)?.status : undefined;
  };

  beforeAll(async () => {
    models = await startModelsService();
    admin = await models.addUser(100_000);
    await writeRandomModel(join(models.modelsDir, 'other.gguf'), { contextSize: 1_024 });
  });

  afterAll(() => models.stop());

  test('the starters are installed, and every file of the folder is listed', async () => {
    const { data } = await models.graphql(admin, `{ models { ${FIELDS} } }`);
    const idle = { kind: 'CHAT', status: 'AVAILABLE', costPerToken: 1, memoryBytes: null, lastError: null };
    expect(data?.['models']).toEqual([
      { ...idle, id: 'other', name: 'other', contextSize: 1_024, sizeBytes: expect.any(Number) },
      { ...idle, id: 'starter', name: 'starter', contextSize: 512, sizeBytes: 1_917_408 },
      {
        ...idle,
        id: 'starter-embed',
        name: 'starter-embed',
        kind: 'EMBEDDING',
        contextSize: 512,
        sizeBytes: expect.any(Number),
      },
    ]);
  });

  test('a file that comes later is listed, one that goes is not', async () => {
    const path = join(models.modelsDir, 'copy.gguf');
    await copyFile(join(models.modelsDir, 'starter.gguf'), path);
    expect(await models.graphql(admin, '{ model(name: "copy") { contextSize } }')).toEqual({
      data: { model: { contextSize: 512 } },
    });
    await rm(path);
    expect(await models.graphql(admin, '{ model(name: "copy") { contextSize } }')).toEqual({ data: { model: null } });
  });

  test('a model is loaded as an admin asks, and its memory is shown until it is unloaded', async () => {
    expect(await load('{ contextSize: 512, sequences: 2, threads: 1 }')).toMatchObject({
      data: { loadModel: { status: 'LOADED', contextSize: 512, memoryBytes: expect.any(Number) } },
    });
    expect(await unload()).toMatchObject({
      data: { unloadModel: { status: 'AVAILABLE', contextSize: 1_024, memoryBytes: null } },
    });
    expect(await unload()).toMatchObject({ data: { unloadModel: { status: 'AVAILABLE' } } });
  });

  test('the status tells what is loaded, what it takes and what was generated', async () => {
    const STATUS = '{ inferenceStatus { loaded memoryBytes cpuPercent threads active queued tokens } }';
    const before = { loaded: [], memoryBytes: 0, cpuPercent: 0, threads: 0, active: 0, queued: 0, tokens: 0 };
    expect(await models.graphql(admin, STATUS)).toEqual({ data: { inferenceStatus: before } });
    await load('{ threads: 1 }');
    let seen: unknown;
    let tokens = 0;
    const input = { model: 'other', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 20 };
    for await (const { usage } of models.chat(admin, input)) {
      seen ??= (await models.graphql(admin, STATUS)).data?.['inferenceStatus'];
      tokens = usage?.completionTokens ?? 0;
    }
    expect(seen).toMatchObject({ loaded: ['other'], threads: 1, active: 1, queued: 0 });
    const { data } = await models.graphql(
      admin,
      '{ systemStatus { version processors memoryBytes inference { active tokens } models { name status } } }',
    );
    expect(data?.['systemStatus']).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      processors: expect.any(Number),
      memoryBytes: expect.any(Number),
      inference: { active: 0, tokens },
      models: [
        { name: 'other', status: 'LOADED' },
        { name: 'starter', status: 'AVAILABLE' },
        { name: 'starter-embed', status: 'AVAILABLE' },
      ],
    });
    await unload();
  });

  test('who listens is told of the status at once, and when it has changed', async () => {
    await load('{ threads: 1, sequences: 2 }');
    const STATUS = `subscription {
      inferenceStatusEvents { active sessions tokens tokensPerSecond models { name places active queued completionTokens } }
    }`;
    const Status = z.object({
      active: z.int(),
      sessions: z.int(),
      tokens: z.number(),
      tokensPerSecond: z.number(),
      models: z.array(z.looseObject({ name: z.string(), active: z.int(), completionTokens: z.number() })),
    });
    const caller = await models.addUser(1_000_000);
    const input = { model: 'other', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 1_000 };
    const heard = new AbortController();
    const chatting = async (): Promise<void> => {
      while (!heard.signal.aborted) for await (const _ of models.chat(caller, input));
    };
    let chats: Promise<void> | undefined;
    const seen: z.infer<typeof Status>[] = [];
    for await (const { data } of models.subscribe(admin, STATUS)) {
      const status = Status.parse(data?.['inferenceStatusEvents']);
      seen.push(status);
      chats ??= chatting();
      const isTold = status.tokensPerSecond > 0 && (status.models[0]?.completionTokens ?? 0) > 0;
      if (isTold && seen.some(({ active, sessions }) => active === 1 && sessions === 1)) break;
    }
    heard.abort();
    await chats;
    expect(seen[0]).toMatchObject({
      active: 0,
      sessions: 0,
      models: [{ name: 'other', places: 2, active: 0, queued: 0 }],
    });
    await unload();
  });

  test('the processor time of a worker and its threads are told while it works', async () => {
    await load('{ threads: 1 }');
    const input = { model: 'other', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 500 };
    const working = async (): Promise<unknown> => {
      for await (const _ of models.chat(admin, input));
      const { data } = await models.graphql(admin, '{ model(name: "other") { cpuPercent threads } }');
      return data?.['model'];
    };
    await expect
      .poll(working, { timeout: 15_000 })
      .toEqual({ cpuPercent: expect.toSatisfy((percent: number) => percent > 0), threads: 1 });
    await unload();
    expect(await models.graphql(admin, '{ model(name: "other") { cpuPercent threads } }')).toEqual({
      data: { model: { cpuPercent: null, threads: null } },
    });
  });

  test('another wish for a model that is loaded or loading is refused, the same is not', async () => {
    const conflict = {
      message: 'other is loaded with contextSize 512 and threads 1; unload it first.',
      extensions: { code: 'CONFLICT' },
    };
    const [first, same, different] = await Promise.all([
      load('{ contextSize: 512, sequences: 2, threads: 1 }'),
      load('{ sequences: 2 }'),
      load('{ contextSize: 256, sequences: 2, threads: 2 }'),
    ]);
    for (const answer of [first, same]) expect(answer).toMatchObject({ data: { loadModel: { status: 'LOADED' } } });
    expect(different?.errors?.[0]).toMatchObject(conflict);
    expect((await load('{ contextSize: 256, threads: 2 }')).errors?.[0]).toMatchObject(conflict);
    for (const options of ['null', '{}', '{ contextSize: 512, threads: null }']) {
      expect(await load(options)).toMatchObject({ data: { loadModel: { contextSize: 512 } } });
    }
    await unload();
  });

  test('options out of bounds and unknown models are refused', async () => {
    for (const options of ['{ contextSize: 1025 }', '{ contextSize: -1 }', '{ threads: 65 }', '{ sequences: 0 }']) {
      const { errors } = await load(options);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    const { errors } = await unload('nobody');
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('Installed: other, starter, starter-embed.'),
      extensions: { code: 'MODEL_NOT_LOADED' },
    });
  });

  test('many who ask at once share one start', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => load('{}')));
    const memory = new Set(results.map(({ data }) => JSON.stringify(data)));
    expect(memory.size).toBe(1);
    await unload();
  });

  test('a model that is unloaded while it answers or loads fails with MODEL_NOT_LOADED', async () => {
    const endless = { model: 'other', messages: [{ role: 'USER', content: 'Go on' }] };
    let unloading: Promise<unknown> | undefined;
    const running = (async () => {
      for await (const _ of models.chat(admin, endless)) unloading ??= unload();
    })();
    await expect(running).rejects.toMatchObject({ extensions: { code: 'MODEL_NOT_LOADED' } });
    await unloading;

    const loading = load('{}');
    await expect.poll(() => statusOf('other')).toBe('LOADING');
    await unload();
    const { errors } = await loading;
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'MODEL_NOT_LOADED' });
    expect(await statusOf('other')).toBe('AVAILABLE');
  });

  test('events tell of each change of a model', async () => {
    const events = models.subscribe(admin, 'subscription { modelEvents { name status } }');
    const iterator = events[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    const next = async (): Promise<void> => {
      const { value } = await iterator.next();
      seen.push(value?.data?.['modelEvents']);
    };
    const first = next();
    const loading = load('{}');
    await first;
    await loading;
    while (!seen.some((event) => JSON.stringify(event).includes('LOADED'))) await next();
    await unload();
    await next();
    await iterator.return?.(undefined);
    expect(seen.at(-1)).toEqual({ name: 'other', status: 'AVAILABLE' });
  });

  test('other subgraphs find a model by its name', async () => {
    const { data } = await models.graphql(
      admin,
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Model { name contextSize } } }',
      {
        of: [
          { __typename: 'Model', name: 'starter' },
          { __typename: 'Model', name: 'nobody' },
        ],
      },
    );
    expect(data?.['_entities']).toEqual([{ name: 'starter', contextSize: 512 }, null]);
  });

  test('nobody without an identity chats', async () => {
    const { errors } = await models.graphql(
      null,
      'mutation { chat(input: { model: "starter", messages: [{ role: USER, content: "Hi" }] }) { text } }',
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('it is ready while it has its database and its folder', async () => {
    expect(await models.subgraph.readiness()).toEqual({ ready: true });
  });
});
