import { expect, test } from 'vitest';
import { describeMetadata } from './model-file.ts';

const llama = { general: { architecture: 'llama' } };

test('a decoder chats; what pools its outputs, or is a BERT, embeds', () => {
  const kinds = [
    describeMetadata(llama, { context_length: 512 }),
    describeMetadata({ general: { architecture: 'qwen3' } }, { context_length: 512, pooling_type: 3 }),
    describeMetadata({ general: { architecture: 'qwen3' } }, { context_length: 512, pooling_type: 0 }),
    describeMetadata({ general: { architecture: 'nomic-bert' } }, { context_length: 512 }),
  ].map((header) => header.outcome === 'read' && header.kind);
  expect(kinds).toEqual(['CHAT', 'EMBEDDING', 'CHAT', 'EMBEDDING']);
});

test('what a token costs in the context follows from layers, heads and their width', () => {
  const header = describeMetadata(llama, {
    context_length: 131_072n,
    embedding_length: 3_072,
    block_count: 28,
    attention: { head_count: 24, head_count_kv: 8, key_length: 128, value_length: 128 },
  });
  expect(header).toMatchObject({ trainedContext: 131_072, bytesPerToken: 28 * 8 * 256 * 2 });
});

test('an unusual header costs no more than that knowledge', () => {
  const header = describeMetadata(llama, {
    context_length: 512,
    embedding_length: 64,
    block_count: 2,
    attention: { head_count: [4, 0] },
  });
  expect(header).toMatchObject({ outcome: 'read', bytesPerToken: null });
});

test.each([
  [{}, { context_length: 512 }],
  [llama, {}],
  [llama, { context_length: 0 }],
  [llama, { context_length: 'many' }],
  [llama, undefined],
])('metadata without a meaning are unreadable: %j %j', (metadata, own) => {
  expect(describeMetadata(metadata, own)).toMatchObject({ outcome: 'unreadable' });
});
