import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { descendants } from '#tests/harness/installation.ts';
import { startModelsService, type ChatEvent, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const WORKER = /worker\/main\.ts/;
const TOKENS = 2_000;
const run = promisify(execFile);

describe('a worker that dies beside another', () => {
  let models: ModelsService;
  let caller: Caller;

  const workers = async () => (await descendants(process.pid)).filter(({ command }) => WORKER.test(command));
  const read = async (model: string, maxTokens: number): Promise<readonly ChatEvent[]> => {
    const events: ChatEvent[] = [];
    const input = { model, messages: [{ role: 'USER', content: 'Go on' }], maxTokens };
    for await (const event of models.chat(caller, input)) events.push(event);
    return events;
  };

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(10_000_000);
    for (const name of ['witness', 'victim']) {
      await writeRandomModel(join(models.modelsDir, `${name}.gguf`), { contextSize: 16_384 });
    }
    await read('witness', 1);
  });

  afterAll(() => models.stop());

  test.for(['SIGKILL', 'SIGSEGV', 'memory'] as const)(
    'by %s takes none of its stream, and is started again',
    async (death) => {
      const others = await workers();
      await read('victim', 1);
      const [victim] = (await workers()).filter(({ pid }) => others.every((other) => other.pid !== pid));
      if (!victim) throw new Error('no worker');
      // Where memory runs out, the kernel shall take it before anything else.
      expect(await readFile(`/proc/${victim.pid}/oom_score_adj`, 'utf8')).toBe('1000\n');
      const witness = read('witness', TOKENS);
      const victims = read('victim', 16_000);
      // Whatever it takes from here on, it is not given.
      if (death === 'memory') await run('prlimit', ['--pid', String(victim.pid), '--as=1', '--data=1']);
      else process.kill(victim.pid, death);
      await expect(victims).rejects.toMatchObject({ extensions: { code: 'MODEL_CRASHED' } });
      const events = await witness;
      expect(events.map(({ index }) => index)).toEqual([...events.keys()]);
      expect(events.at(-1)).toMatchObject({ finishReason: 'LENGTH', usage: { completionTokens: TOKENS } });
      expect((await read('victim', 20)).at(-1)).toMatchObject({ finishReason: 'LENGTH' });
      await models.graphql(caller, 'mutation { unloadModel(name: "victim") { status } }');
      expect(await workers()).toEqual(others);
    },
  );
});
