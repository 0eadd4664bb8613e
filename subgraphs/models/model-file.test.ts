import { expect, test } from 'vitest';
import type { GgufValue } from './gguf/reader.ts';
import { describeMetadata } from './model-file.ts';

const described = (
  architecture: string,
  own: Readonly<Record<string, GgufValue>>,
  more: Record<string, GgufValue> = {},
) =>
  describeMetadata(
    new Map([
      ['general.architecture', architecture],
      ...Object.entries(own).map(([key, value]): [string, GgufValue] => [`${architecture}.${key}`, value]),
      ...Object.entries(more),
    ]),
  );

test('a decoder chats; what pools its outputs, or is a BERT, embeds; what pools by a head ranks', () => {
  const kinds = [
    described('llama', { context_length: 512 }),
    described('qwen3', { context_length: 512, pooling_type: 3 }),
    described('qwen3', { context_length: 512, pooling_type: 0 }),
    described('nomic-bert', { context_length: 512 }),
    described('bert', { context_length: 512, pooling_type: 4 }),
    described('qwen3', { context_length: 512, pooling_type: 4 }),
  ].map((header) => header.outcome === 'read' && header.kind);
  expect(kinds).toEqual(['CHAT', 'EMBEDDING', 'CHAT', 'EMBEDDING', 'RERANKING', 'RERANKING']);
});

test('what a token costs in the context follows from layers, heads and their width', () => {
  const header = described('llama', {
    context_length: 131_072,
    embedding_length: 3_072,
    block_count: 28,
    'attention.head_count': 24,
    'attention.head_count_kv': 8,
    'attention.key_length': 128,
    'attention.value_length': 128,
  });
  expect(header).toMatchObject({ trainedContext: 131_072, bytesPerToken: 28 * 8 * 256 * 2 });
});

test('layers may have heads of their own', () => {
  const header = described('granite', {
    context_length: 512,
    embedding_length: 64,
    block_count: 3,
    'attention.head_count': 4,
    'attention.head_count_kv': [0, 2, 0],
  });
  expect(header).toMatchObject({ bytesPerToken: 2 * 32 * 2 });
});

test('an unusual header costs no more than that knowledge', () => {
  const odd = { context_length: 512, embedding_length: 64, block_count: 2, 'attention.head_count': 'many' };
  expect(described('llama', odd)).toMatchObject({ outcome: 'read', bytesPerToken: null });
});

test('what a token costs to compute follows from the widths and the vocabulary', () => {
  const own = { context_length: 512, embedding_length: 64, feed_forward_length: 192 };
  expect(described('llama', own, { 'tokenizer.ggml.tokens': { length: 1_000 } })).toMatchObject({
    bytesPerComputedToken: (8 * 64 + 2 * 192 + 1_000) * 4,
  });
});

const pairs = (...entries: readonly (readonly [string, GgufValue])[]) => new Map<string, GgufValue>(entries);

test.each([
  pairs(),
  pairs(['general.architecture', 'llama']),
  ...[0, -1, 'many', 1.5].map((length) => pairs(['general.architecture', 'llama'], ['llama.context_length', length])),
])('metadata without a meaning are unreadable: %j', (metadata) => {
  expect(describeMetadata(metadata)).toMatchObject({ outcome: 'unreadable' });
});
