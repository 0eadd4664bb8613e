import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { BROKEN_MODELS } from '#tests/harness/broken-models.ts';
import { descendants } from '#tests/harness/installation.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const WORKER = /worker\/main\.ts/;
const TOKENS = 2_000;
/** What a file that cannot be used may be answered with. */
const CODES = ['MODEL_NOT_LOADED', 'MODEL_CRASHED', 'INSUFFICIENT_MEMORY', 'BAD_USER_INPUT', 'CONTEXT_LENGTH_EXCEEDED'];

describe('model files that are broken', () => {
  let models: ModelsService;
  let caller: Caller;
  /** The worker of the model whose streams go on meanwhile. */
  let witness: number | undefined;
  const over = new AbortController();
  let streams: Promise<number>;

  const workers = async () => (await descendants(process.pid)).filter(({ command }) => WORKER.test(command));

  /** One whole answer of the other model, without a gap. */
  const stream = async (): Promise<void> => {
    const input = { model: 'witness', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: TOKENS };
    let next = 0;
    for await (const { index, finishReason, usage } of models.chat(caller, input)) {
      expect(index).toBe(next++);
      if (finishReason === null) continue;
      expect(finishReason).toBe('LENGTH');
      expect(usage?.completionTokens).toBe(TOKENS);
      return;
    }
    throw new Error('a stream ended without its last event');
  };

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(100_000_000);
    const path = join(models.modelsDir, 'witness.gguf');
    await writeRandomModel(path, { contextSize: 4_096 });
    const whole = await readFile(path);
    for (const { name, make } of BROKEN_MODELS) await writeFile(join(models.modelsDir, `${name}.gguf`), make(whole));
    await stream();
    [witness] = (await workers()).map(({ pid }) => pid);
    streams = (async () => {
      let count = 0;
      for (; !over.signal.aborted; count++) await stream();
      return count;
    })();
    // Told by the last test.
    streams.catch(() => {});
  });

  afterAll(async () => {
    over.abort();
    await models.stop();
  });

  test('are all listed, with what is wrong where the header tells', async () => {
    const { data, errors } = await models.graphql(caller, '{ models { name status contextSize lastError } }');
    expect(errors).toBeUndefined();
    expect(data?.['models']).toHaveLength(BROKEN_MODELS.length + 3);
    const one = await models.graphql(caller, '{ model(name: "metadata-2-60") { lastError contextSize } }');
    expect(one.data?.['model']).toEqual({
      lastError: 'its header says 1152921504606846976 metadata',
      contextSize: 0,
    });
  });

  test.for(BROKEN_MODELS.map(({ name }) => name))('%s is answered with a code, or with nonsense', async (name) => {
    const { data, errors } = await models.graphql(
      caller,
      'mutation ($input: ChatInput!) { chat(input: $input) { text } }',
      {
        input: { model: name, messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 5 },
      },
    );
    // Nonsense is an answer. Otherwise there is a code, and a sentence with nothing of this machine in it.
    const { message, extensions } = errors?.[0] ?? { message: 'Nonsense.', extensions: { code: 'NONSENSE' } };
    expect([...CODES, ...(data?.['chat'] ? ['NONSENSE'] : [])]).toContain(extensions['code']);
    expect(message).toMatch(/\S\.$/);
    expect(message).not.toContain(models.modelsDir);
    await models.graphql(caller, `mutation { unloadModel(name: "${name}") { status } }`);
    expect((await workers()).map(({ pid }) => pid)).toEqual([witness]);
  });

  test('leave every stream of another model whole, and its worker the same', async () => {
    over.abort();
    expect(await streams).toBeGreaterThan(0);
    expect((await workers()).map(({ pid }) => pid)).toEqual([witness]);
  });
});
