import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { openCatalogue } from '#subgraphs/models/catalogue.ts';
import { createChanges } from '#subgraphs/models/changes.ts';
import { DEFAULT_SETTINGS } from '#subgraphs/models/model-settings.ts';
import { keepPinned } from '#subgraphs/models/pinned.ts';
import type { Residence } from '#subgraphs/models/residents.ts';
import { createWorkers, type WorkerRules, type Workers } from '#subgraphs/models/workers.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const GIB = 1024 ** 3;
/** Small models take what their process takes, some 130 MiB: two of them fit, and never three. */
const BUDGET = 330 * 1024 ** 2;
const SMALL = { contextSize: 256, sequences: 1, threads: 1 };

describe('the memory of models', () => {
  let folder: string;
  const { signal } = new AbortController();

  const open = (
    rules: Partial<WorkerRules & Residence>,
    exceptions: Readonly<Record<string, Partial<Residence>>> = {},
  ): Workers => {
    const workers = createWorkers(
      openCatalogue(folder),
      { of: async () => DEFAULT_SETTINGS },
      createChanges(),
      createLog('test', 'silent'),
      {
        memory: { total: () => 64 * GIB, available: async () => 64 * GIB },
        budget: 64 * GIB,
        onDemand: true,
        processors: 2,
        residenceOf: async (name) => ({ pinned: false, idleMs: Infinity, ...rules, ...exceptions[name] }),
        ...rules,
      },
    );
    onTestFinished(() => workers.stop());
    return workers;
  };
  const loaded = (workers: Workers): readonly string[] => workers.allLoaded().map(({ name }) => name);
  const prompts = [{ kind: 'chat', turns: [{ role: 'USER', content: 'Go on' }], tools: [] }] as const;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devstudio-memory-'));
    for (const name of ['a', 'b', 'c']) await writeRandomModel(join(folder, `${name}.gguf`));
    await writeRandomModel(join(folder, 'boundless.gguf'), { contextSize: 2 ** 31 - 1 });
  });

  afterAll(() => rm(folder, { recursive: true }));

  test('the model goes that was used least recently, its chats were over', async () => {
    const workers = open({ budget: BUDGET });
    await workers.load('a', SMALL, signal);
    await workers.load('b', SMALL, signal);
    await workers.use('a', 'CHAT', signal);
    await workers.load('c', SMALL, signal);
    expect(loaded(workers)).toEqual(['a', 'c']);
    expect(workers.stateOf('b')).toMatchObject({ status: 'AVAILABLE', lastError: null, failures: 0 });
  });

  test('models that are pinned or busy stay, and who is refused is told why', async () => {
    const workers = open({ budget: BUDGET }, { a: { pinned: true } });
    await workers.load('a', SMALL, signal);
    const busy = await workers.load('b', SMALL, signal);
    const conversation = await busy.open(prompts, 'ann', signal);
    await expect(workers.load('c', SMALL, signal)).rejects.toMatchObject({
      code: 'INSUFFICIENT_MEMORY',
      message: expect.stringMatching(
        /^c needs about 1\d\d MiB; models may take 330 MiB together, and 63\.9 GiB of memory are free\. Held are: a 1\d\d MiB \(pinned\), b 1\d\d MiB \(busy\)\.$/,
      ),
    });
    // A model that was never tried has not failed.
    expect(workers.stateOf('c')).toMatchObject({ status: 'AVAILABLE', failures: 0 });
    conversation[Symbol.dispose]();
    await workers.load('c', SMALL, signal);
    expect(loaded(workers)).toEqual(['a', 'c']);
  });

  test('what the machine has left decides as well', async () => {
    const workers = open({ memory: { total: () => GIB, available: async () => 100 * 1024 ** 2 } });
    await expect(workers.use('a', 'CHAT', signal)).rejects.toMatchObject({
      code: 'INSUFFICIENT_MEMORY',
      message: expect.stringContaining('36.0 MiB of memory are free'),
    });
  });

  test('models that are loaded at the same moment are not given the same memory', async () => {
    const workers = open({ budget: BUDGET });
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => workers.load(name, SMALL, signal)));
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(loaded(workers)).toHaveLength(2);
  });

  test('a context of 2 G tokens is refused before anything starts', async () => {
    const workers = open({});
    await expect(workers.load('boundless', { contextSize: 2 ** 31 - 1 }, signal)).rejects.toMatchObject({
      code: 'INSUFFICIENT_MEMORY',
      message: expect.stringMatching(/^boundless needs about \d\.\d TiB; /),
    });
    await expect(workers.load('a', { contextSize: 2 ** 31 - 1 }, signal)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(loaded(workers)).toEqual([]);
  });

  test('a model that nobody uses is unloaded; one that is pinned or at work is not', async () => {
    const workers = open({ idleMs: 1, lookMs: 20 }, { b: { pinned: true } });
    await workers.load('b', SMALL, signal);
    const busy = await workers.load('c', SMALL, signal);
    const conversation = await busy.open(prompts, 'ann', signal);
    await workers.load('a', SMALL, signal);
    await expect.poll(() => loaded(workers), { timeout: 10_000 }).toEqual(['b', 'c']);
    expect(workers.stateOf('a')).toMatchObject({ status: 'AVAILABLE', lastError: null });
    conversation[Symbol.dispose]();
    await expect.poll(() => loaded(workers), { timeout: 10_000 }).toEqual(['b']);
  });

  test('a pinned model is there from the start, comes back when its worker has died, and stays away when it was unloaded', async () => {
    const workers = open({});
    const settings = { of: async (name: string) => ({ ...DEFAULT_SETTINGS, pinned: name === 'a', sequences: 1 }) };
    const pinned = keepPinned(openCatalogue(folder), settings, workers, createLog('test', 'silent'), 20);
    onTestFinished(() => pinned.stop());
    await expect.poll(() => loaded(workers), { timeout: 10_000 }).toEqual(['a']);
    const first = workers.loaded('a');
    await first?.close(new StudioError('MODEL_CRASHED'));
    await expect.poll(() => loaded(workers), { timeout: 10_000 }).toEqual(['a']);
    expect(workers.loaded('a')).not.toBe(first);
    await workers.unload('a');
    await workers.load('b', SMALL, signal);
    expect(loaded(workers)).toEqual(['b']);
  });

  test('each model has its own time', async () => {
    const workers = open({ idleMs: 1, lookMs: 20 }, { a: { idleMs: 60_000 } });
    await workers.load('a', SMALL, signal);
    await workers.load('b', SMALL, signal);
    await expect.poll(() => loaded(workers), { timeout: 10_000 }).toEqual(['a']);
  });

  test('where admins alone load models, a request loads none, but brings one back that crashed', async () => {
    const workers = open({ onDemand: false });
    await expect(workers.use('a', 'CHAT', signal)).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADED',
      message: 'a is not loaded; an admin loads it with loadModel.',
    });
    const { name } = await workers.load('a', SMALL, signal);
    expect((await workers.use(name, 'CHAT', signal)).name).toBe('a');
  });
});
