import { expect, test } from 'vitest';
import type { InstalledModel } from './catalogue.ts';
import { checkKind, defaultContextSize, planLoad, wishesAgainst } from './load-plan.ts';
import type { ModelHeader } from './model-file.ts';

const model = (header: Partial<Extract<ModelHeader, { outcome: 'read' }>> = {}): InstalledModel => ({
  name: 'm',
  path: '/models/m.gguf',
  sizeBytes: 1,
  header: {
    outcome: 'read',
    kind: 'CHAT',
    trainedContext: 512,
    bytesPerToken: 3_072,
    bytesPerComputedToken: 14_336,
    heads: 6,
    files: 1,
    parameters: 1_000_000,
    ...header,
  },
});

test('a small model gets the context that it was trained for', () => {
  expect(planLoad(model(), {}, 2)).toEqual({
    kind: 'CHAT',
    path: '/models/m.gguf',
    contextSize: 512,
    sequences: 4,
    threads: 1,
  });
});

test('a large model gets as much context as 2 GiB hold, but enough for a conversation', () => {
  const large = { trainedContext: 131_072, bytesPerToken: 114_688 };
  expect(defaultContextSize(model(large))).toBe(4_681);
  expect(defaultContextSize(model({ ...large, bytesPerToken: 10_000_000 }))).toBe(2_048);
  expect(defaultContextSize(model({ ...large, bytesPerToken: null }))).toBe(4_096);
});

test('one processor is left for everything else, and at least one is used', () => {
  expect([1, 2, 8, 200].map((processors) => planLoad(model(), {}, processors).threads)).toEqual([1, 1, 7, 64]);
});

test('an admin’s options are taken as they are', () => {
  const options = { contextSize: 256, threads: 3, sequences: 2 };
  expect(planLoad(model(), options, 2)).toMatchObject(options);
});

test.each([
  { contextSize: 513 },
  { contextSize: 63 },
  { threads: 0 },
  { threads: 65 },
  { sequences: 0 },
  { sequences: 33 },
])('an option out of bounds is refused by name: %j', (options) => {
  const [argument] = Object.keys(options);
  expect(() => planLoad(model(), options, 2)).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: expect.objectContaining({ argument }) }),
  );
});

test('a model for embeddings reads one text after the other, of 2,048 tokens at most unless it is told otherwise', () => {
  const embedding = model({ kind: 'EMBEDDING', trainedContext: 8_192 });
  expect(planLoad(embedding, {}, 2)).toMatchObject({ kind: 'EMBEDDING', sequences: 1, contextSize: 2_048 });
  expect(planLoad(embedding, { contextSize: 8_192 }, 2).contextSize).toBe(8_192);
  expect(() => planLoad(embedding, { sequences: 2 }, 2)).toThrow('sequences is 2; it must be from 1 to 1.');
});

test('a model for embeddings does not chat, one for chats does not embed, and each says so', () => {
  checkKind('m', 'CHAT', 'CHAT');
  expect(() => checkKind('m', 'EMBEDDING', 'CHAT')).toThrow('m is a model for embeddings and cannot chat.');
  expect(() => checkKind('m', 'CHAT', 'EMBEDDING')).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', message: 'm is a model for chats and makes no embeddings.' }),
  );
});

test('a damaged file is no model', () => {
  const damaged: InstalledModel = { ...model(), header: { outcome: 'unreadable', reason: 'no magic' } };
  expect(() => planLoad(damaged, {}, 2)).toThrow(expect.objectContaining({ code: 'MODEL_NOT_LOADED' }));
});

test('only an option that is given and not in force is a wish against how a model is loaded', () => {
  const inForce = planLoad(model(), { contextSize: 300, sequences: 2 }, 2);
  for (const options of [
    {},
    { contextSize: null, threads: undefined },
    { contextSize: 300, sequences: 2, threads: 1 },
  ]) {
    expect(wishesAgainst(inForce, 512, options)).toEqual([]);
  }
  expect(wishesAgainst(inForce, 512, { contextSize: 256, sequences: 2, threads: 3 })).toEqual([
    'contextSize 512',
    'threads 1',
  ]);
});

test('the size that llama.cpp rounded up to is as good as the one that was asked for', () => {
  expect(wishesAgainst(planLoad(model(), { contextSize: 300 }, 2), 512, { contextSize: 512 })).toEqual([]);
});
