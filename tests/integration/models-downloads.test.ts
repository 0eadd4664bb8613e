import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { startHub, type Behaviour, type TestHub } from '#tests/harness/hub.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const FIELDS = 'name status kind contextSize sizeBytes download { source receivedBytes totalBytes status error }';
const HELD = 100_000;

describe('downloads', () => {
  let models: ModelsService;
  let hub: TestHub;
  let admin: Caller;
  let content: Buffer;

  beforeAll(async () => {
    hub = await startHub();
    models = await startModelsService(undefined, { HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_test' });
    admin = await models.addUser(100_000);
    const path = join(models.modelsDir, 'made.gguf');
    await writeRandomModel(path, { contextSize: 256 });
    content = await readFile(path);
  });
  afterAll(async () => {
    await models.stop();
    await hub.stop();
  });

  const put = (file: string, behaviour: Behaviour = {}): void =>
    hub.put('org/repo', `${file}.gguf`, content, behaviour);
  const change = async (field: string, name: string) => {
    const selection = field === 'deleteModel' ? '' : `{ ${FIELDS} }`;
    const { data, errors } = await models.graphql(
      admin,
      `mutation ($name: String!) { it: ${field}(name: $name) ${selection} }`,
      { name },
    );
    return { it: data?.['it'], code: errors?.[0]?.extensions['code'], message: errors?.[0]?.message };
  };
  const download = (file: string) => change('downloadModel', `org/repo:${file}.gguf`);
  const model = async (name: string): Promise<unknown> =>
    (await models.graphql(admin, `query ($name: String!) { model(name: $name) { ${FIELDS} } }`, { name })).data?.[
      'model'
    ];
  const expectDownload = async (name: string, status: string, rest: object = {}): Promise<void> => {
    await expect.poll(() => model(name), { timeout: 30_000 }).toMatchObject({ download: { status, ...rest } });
  };
  const chat = async (name: string) => {
    const query = 'mutation ($input: ChatInput!) { chat(input: $input) { usage { completionTokens } } }';
    const input = { model: name, messages: [{ role: 'USER', content: 'Hello' }], maxTokens: 4 };
    return models.graphql(admin, query, { input });
  };

  test('a file of the hub is fetched while others are served, its progress is told, and then it chats', async () => {
    put('fetched', { holdAfter: HELD, token: 'hf_test' });
    const events = models.subscribe(admin, `subscription { modelEvents { ${FIELDS} } }`)[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    const until = async (status: string, receivedBytes: number): Promise<void> => {
      for (;;) {
        const { value } = await events.next();
        const event = Object(value?.data?.['modelEvents']);
        seen.push(event);
        if (event.download?.status === status && event.download.receivedBytes === receivedBytes) return;
      }
    };
    const running = until('RUNNING', HELD);
    const { it } = await download('fetched');
    expect(it).toMatchObject({ name: 'fetched', status: 'NOT_INSTALLED', contextSize: 0, sizeBytes: 0 });
    await running;
    expect((await chat('starter')).errors).toBeUndefined();
    expect((await chat('fetched')).errors?.[0]?.extensions).toMatchObject({ code: 'MODEL_NOT_LOADED' });

    const done = until('INSTALLED', content.length);
    hub.release();
    await done;
    await events.return?.(undefined);
    expect(seen.at(-1)).toEqual({
      name: 'fetched',
      status: 'AVAILABLE',
      kind: 'CHAT',
      contextSize: 256,
      sizeBytes: content.length,
      download: {
        source: 'org/repo:fetched.gguf',
        receivedBytes: content.length,
        totalBytes: content.length,
        status: 'INSTALLED',
        error: null,
      },
    });
    expect((await chat('fetched')).data).toEqual({ chat: { usage: { completionTokens: 4 } } });
    expect(await download('fetched')).toMatchObject({ it: { status: 'LOADED', download: { status: 'INSTALLED' } } });
  });

  test('two run at once, the others wait for them', async () => {
    for (const name of ['one', 'two', 'three']) put(name, { holdAfter: HELD });
    for (const name of ['one', 'two', 'three']) await download(name);
    await expectDownload('one', 'RUNNING', { receivedBytes: HELD });
    await expectDownload('two', 'RUNNING', { receivedBytes: HELD });
    expect(await model('three')).toMatchObject({ download: { status: 'WAITING' } });
    hub.release();
    for (const name of ['one', 'two', 'three']) await expectDownload(name, 'INSTALLED');
  });

  test('a download is cancelled, nothing of it is left, and it can be asked for again', async () => {
    put('cancelled', { holdAfter: HELD });
    await download('cancelled');
    await expectDownload('cancelled', 'RUNNING', { receivedBytes: HELD });
    expect(await change('deleteModel', 'cancelled')).toMatchObject({ code: 'CONFLICT' });
    expect(await change('cancelDownload', 'cancelled')).toMatchObject({
      it: { status: 'NOT_INSTALLED', download: { status: 'CANCELLED' } },
    });
    expect(await readdir(join(models.modelsDir, '.downloads'))).toEqual([]);
    expect(await change('cancelDownload', 'cancelled')).toMatchObject({ code: 'NOT_FOUND' });
    hub.release();
    await download('cancelled');
    await expectDownload('cancelled', 'INSTALLED');
  });

  test('a model is deleted with its settings, but not while it is loaded', async () => {
    put('unwanted');
    await download('unwanted');
    await expectDownload('unwanted', 'INSTALLED');
    await models.graphql(admin, 'mutation { setModelSettings(input: { model: "unwanted", pinned: true }) { name } }');
    await chat('unwanted');
    expect(await change('deleteModel', 'unwanted')).toMatchObject({
      code: 'CONFLICT',
      message: 'unwanted is loaded; unload it first.',
    });
    await change('unloadModel', 'unwanted');
    expect(await change('deleteModel', 'unwanted')).toMatchObject({ it: true });
    expect(await model('unwanted')).toBeNull();
    expect(await readdir(models.modelsDir)).not.toContain('unwanted.gguf');
    expect(await models.database.sql("select 1 from models.settings where name = 'unwanted'")).toEqual([]);
    expect(await change('deleteModel', 'unwanted')).toMatchObject({ it: false });
    expect(await change('deleteModel', '../fetched')).toMatchObject({ it: false });
  });

  test('a download that fails says why, and can be asked for again', async () => {
    hub.put('org/repo', 'broken.gguf', randomBytes(1_000));
    expect(await download('broken')).toMatchObject({ it: { name: 'broken', status: 'NOT_INSTALLED' } });
    await expectDownload('broken', 'FAILED', { error: "The hub's file is no model: it is no GGUF file." });
    put('broken');
    await download('broken');
    await expectDownload('broken', 'INSTALLED', { error: null });
  });

  test('a name of the catalogue or of the seeds is the file that really exists', async () => {
    expect(await change('downloadModel', 'BAAI/bge-small-en-v1.5')).toMatchObject({
      it: {
        name: 'bge-small-en-v1.5',
        kind: 'EMBEDDING',
        download: { source: 'CompendiumLabs/bge-small-en-v1.5-gguf:bge-small-en-v1.5-q8_0.gguf' },
      },
    });
    await expectDownload('bge-small-en-v1.5', 'FAILED', {
      error: 'The hub has no CompendiumLabs/bge-small-en-v1.5-gguf:bge-small-en-v1.5-q8_0.gguf.',
    });
    expect(await change('downloadModel', 'codellama/CodeLlama-7b-Instruct-GGUF')).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('over the 3 billion of the class'),
    });
    for (const name of [
      'nothing',
      '../../etc/passwd',
      'org/repo:../../x.gguf',
      'https://example.org/x.gguf',
      'org/repo:x.bin',
    ]) {
      expect(await change('downloadModel', name)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  test('the catalogue says what there is, and what of it is installed', async () => {
    const { data, errors } = await models.graphql(
      admin,
      '{ catalogue { name repository file kind parameters license sizeBytes sha256 unverified seedNames installed } }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['catalogue']).toContainEqual({
      name: 'smollm2-360m',
      repository: 'bartowski/SmolLM2-360M-Instruct-GGUF',
      file: 'SmolLM2-360M-Instruct-Q4_K_M.gguf',
      kind: 'CHAT',
      parameters: 360_000_000,
      license: 'apache-2.0',
      sizeBytes: 270_590_880,
      sha256: '2fa3f013dcdd7b99f9b237717fa0b12d75bbb89984cc1274be1471a465bac9c2',
      unverified: ['parameters'],
      seedNames: [],
      installed: false,
    });
  });

  test('who asked for, cancelled and deleted is in the audit log', async () => {
    const rows = await models.database.sql(
      "select action, target_id from audit.events where actor_id = $1 and target_id in ('cancelled', 'unwanted') order by id",
      [admin.userId],
    );
    expect(rows.map(({ action, target_id }) => `${String(action)} ${String(target_id)}`)).toEqual([
      'model.download-requested cancelled',
      'model.download-cancelled cancelled',
      'model.download-requested cancelled',
      'model.download-requested unwanted',
      'model.settings-changed unwanted',
      'model.unloaded unwanted',
      'model.deleted unwanted',
    ]);
  });
});
