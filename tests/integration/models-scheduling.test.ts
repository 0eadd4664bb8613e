import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { startModel, type LoadedModel } from '#subgraphs/models/loaded-model.ts';
import type { Prompt } from '#subgraphs/models/worker/protocol.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const CONTEXT = 16_384;
/** Of the prompt that is left while it is read: dozens of chunks. */
const LONG = 4_096;
const SEQUENCES = 2;
const never = new AbortController().signal;
const says = (text: string): Prompt => ({ kind: 'text', text });
const answering = (maxTokens: number) => ({
  form: { kind: 'free', mostCalls: 1 } as const,
  scores: null,
  maxTokens,
  sampling: { temperature: 0, topP: 1, topK: 0, repeatPenalty: 1, seed: 1 },
  stop: [],
});

describe('the places of a model', () => {
  let folder: string;
  let model: LoadedModel;

  const answer = async (user: string, text: string, maxTokens = 20) => {
    using conversation = await model.open([says(text)], user, never);
    let all = '';
    for await (const step of conversation.generate(0, answering(maxTokens), never)) {
      all += step.text;
      if (step.reason !== null) return { text: all, cachedTokens: step.cachedTokens };
    }
    throw new Error('an answer without an end');
  };
  const places = (): ReturnType<LoadedModel['load']> => model.load();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devstudio-scheduling-'));
    await writeRandomModel(join(folder, 'random.gguf'), { contextSize: CONTEXT });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    const options = {
      kind: 'CHAT',
      path: join(folder, 'random.gguf'),
      contextSize: CONTEXT,
      sequences: SEQUENCES,
      threads: 1,
    } as const;
    const started = await startModel('random', options, never, createLog('test', 'silent'));
    if (started.outcome !== 'loaded') throw new Error(started.reason);
    ({ model } = started);
  });
  afterEach(() => model.close(new StudioError('MODEL_NOT_LOADED')));

  test('a conversation’s next turn finds what was read of it, though others were answered meanwhile', async () => {
    const first = 'Tell me all that you know about the sea. '.repeat(5);
    const { text } = await answer('ann', first);
    for (const topic of ['rivers', 'lakes', 'rain', 'snow']) await answer('bob', `Tell me about ${topic}. `.repeat(5));
    const next = await answer('ann', `${first}${text} And then?`);
    expect(next.cachedTokens).toBeGreaterThanOrEqual(first.length);
  });

  test('what one user has asked is remembered for that user alone', async () => {
    const secret = 'The password of the vault is swordfish. '.repeat(5);
    await answer('ann', secret);
    expect((await answer('bob', secret)).cachedTokens).toBe(0);
    // From another of its places, and from the same one.
    expect((await answer('cid', secret)).cachedTokens).toBe(0);
    expect((await answer('dan', secret)).cachedTokens).toBe(0);
    expect((await answer('dan', secret)).cachedTokens).toBeGreaterThan(0);
  });

  test('one who asks while another’s many requests wait is the next but one', async () => {
    const held = await Promise.all([model.open([says('a')], 'ann', never), model.open([says('b')], 'ann', never)]);
    const order: string[] = [];
    const ask = async (user: string): Promise<void> => {
      const place = await model.open([says(user)], user, never);
      order.push(user);
      place[Symbol.dispose]();
    };
    const waiting = ['ann', 'ann', 'ann', 'ann', 'ann', 'bob'].map(ask);
    expect(places()).toEqual({ active: 2, queued: 6 });
    held[0][Symbol.dispose]();
    await Promise.all(waiting);
    held[1][Symbol.dispose]();
    expect(order.indexOf('bob')).toBe(1);
    expect(places()).toEqual({ active: 0, queued: 0 });
  });

  test('a request that is left while it waits leaves the line', async () => {
    const held = await Promise.all([model.open([says('a')], 'ann', never), model.open([says('b')], 'ann', never)]);
    const controller = new AbortController();
    const waiting = model.open([says('c')], 'bob', controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(places()).toEqual({ active: 2, queued: 0 });
    for (const place of held) place[Symbol.dispose]();
    expect(places()).toEqual({ active: 0, queued: 0 });
  });

  test('a request that is left while its prompt is read frees its place before the prompt is read', async () => {
    const long = 'x'.repeat(LONG);
    const controller = new AbortController();
    {
      using conversation = await model.open([says(long)], 'ann', never);
      const answers = conversation.generate(0, answering(5), controller.signal);
      const first = answers.next();
      // A question that is answered by the same process: by then it has begun to read.
      await model.tokenize('x', never);
      controller.abort(new Error('gone'));
      await expect(first).rejects.toThrow('gone');
    }
    await expect.poll(places, { interval: 2 }).toEqual({ active: 0, queued: 0 });
    // What was read of it stays remembered.
    expect((await answer('ann', long, 1)).cachedTokens).toBeLessThan(long.length / 2);
  });

  test('a request that is left between two tokens frees its place, and the other stream goes on', async () => {
    const controller = new AbortController();
    const other = answer('bob', 'Go on', 2_000);
    {
      using conversation = await model.open([says('Go on')], 'ann', never);
      for await (const { completionTokens } of conversation.generate(0, answering(8_000), controller.signal)) {
        if (completionTokens > 20) break;
      }
    }
    await expect.poll(() => places().active, { interval: 2 }).toBe(1);
    expect(await other).toMatchObject({ text: expect.any(String) });
    expect(places()).toEqual({ active: 0, queued: 0 });
  });

  test('a request that is left while the worker waits for its reader frees its place', async () => {
    const controller = new AbortController();
    {
      using conversation = await model.open([says('Go on')], 'ann', never);
      const answers = conversation.generate(0, answering(8_000), controller.signal);
      await answers.next();
      // Nothing is acknowledged any more: another's answer shows that this one stands still, far from its end.
      await answer('bob', 'Go on', 1_000);
      expect(places().active).toBe(1);
      controller.abort(new Error('gone'));
      await expect(answers.next()).rejects.toThrow('gone');
    }
    await expect.poll(places, { interval: 2 }).toEqual({ active: 0, queued: 0 });
  });
});
