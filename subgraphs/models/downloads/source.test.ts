import { expect, test } from 'vitest';
import { isModelName } from '../catalogue.ts';
import { MAX_PARAMETERS } from './fetch.ts';
import { CATALOGUE, resolveSource, sourceOf } from './source.ts';

test('every entry of the catalogue can be asked for by its name, and is of the class', () => {
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  for (const { name, repository, file, parameters, sha256 } of CATALOGUE) {
    expect(isModelName(name)).toBe(true);
    expect(parameters).toBeLessThanOrEqual(MAX_PARAMETERS);
    expect(sha256 === null || /^[0-9a-f]{64}$/.test(sha256)).toBe(true);
    expect(resolveSource(name)).toMatchObject({ outcome: 'found', source: { name, repository, file } });
  }
});

test('a download is held to what the catalogue knows, and not to its estimates', () => {
  expect(resolveSource('qwen3-1.7b')).toMatchObject({
    source: { sizeBytes: 1_834_426_016, sha256: expect.stringMatching(/^061b54/) },
  });
  expect(resolveSource('qwen3-0.6b')).toMatchObject({ source: { sizeBytes: null, sha256: null } });
  expect(resolveSource('Qwen/Qwen3-1.7B-GGUF:Qwen3-1.7B-Q8_0.gguf')).toMatchObject({
    source: { name: 'Qwen3-1.7B-Q8_0', sizeBytes: 1_834_426_016 },
  });
});

test.each([
  ['deepseek-ai/deepseek-coder-1.3b-instruct-GGUF', 'deepseek-coder-1.3b'],
  ['TheBloke/Nous-Hermes-2-3B-GGUF', 'hermes-3-llama-3.2-3b'],
  ['NousResearch/Nous-Hermes-2-Mistral-3B-GGUF', 'hermes-3-llama-3.2-3b'],
  ['BAAI/bge-small-en-v1.5', 'bge-small-en-v1.5'],
])('%s, of which no repository was found, means %s', (seed, name) => {
  expect(resolveSource(seed)).toMatchObject({ outcome: 'found', source: { name } });
});

test.each([
  ['cognitivecomputations/TinyLlama-1.1B-Function-Call-GGUF', /no such repository/],
  ['codellama/CodeLlama-7b-Instruct-GGUF', /over the 3 billion/],
  ['mistralai/Mistral-7B-Instruct-v0.2-GGUF', /over the 3 billion/],
  ['org/repo:large-00001-of-00003.gguf', /several files/],
  ['org/repo:with+plus.gguf', /cannot be a model's name/],
])('%s is refused with a reason', (asked, reason) => {
  expect(resolveSource(asked)).toEqual({ outcome: 'refused', reason: expect.stringMatching(reason) });
});

test('a file of the hub is named after itself', () => {
  const source = sourceOf('m-q8_0', 'Org.1/re-po', 'folder/m-q8_0.gguf');
  expect(resolveSource('Org.1/re-po:folder/m-q8_0.gguf')).toEqual({ outcome: 'found', source });
  expect(resolveSource('hf:Org.1/re-po:folder/m-q8_0.gguf')).toEqual({ outcome: 'found', source });
});

test.each([
  '',
  'm',
  'm.gguf',
  'org/repo',
  'org/repo:',
  'org/repo:m.bin',
  'org/repo:../m.gguf',
  'org/repo:a/../m.gguf',
  'org/repo:/m.gguf',
  'org/repo:a//m.gguf',
  'org/repo:.m.gguf',
  'org/repo:m.gguf?x=1',
  'org/repo:m.gguf#x',
  'org/repo:m%2f.gguf',
  'org/repo/more:m.gguf',
  '../repo:m.gguf',
  'org/repo:m.gguf:x',
  'https://example.org/m.gguf',
  'org/repo:m\n.gguf',
  `org/repo:${'m'.repeat(300)}.gguf`,
])('%j is nothing that the hub could have', (asked) => {
  expect(resolveSource(asked)).toEqual({ outcome: 'unknown' });
});
