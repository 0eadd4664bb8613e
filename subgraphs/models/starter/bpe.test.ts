import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { BYTE_CHARACTERS, tokensOf } from '../gguf/vocabulary.ts';
import { createEncoder, trainMerges } from './bpe.ts';
import { generateCorpus } from './corpus.ts';

/** What the tokens of a vocabulary say, put together. */
const decode = (merges: readonly string[], tokens: readonly number[]): string => {
  const texts = tokensOf(merges);
  const characters = tokens.flatMap((token) => Array.from(texts[token] ?? ''));
  return Buffer.from(characters.map((character) => BYTE_CHARACTERS.indexOf(character))).toString('utf8');
};

const shippedMerges = async (): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse(await readFile(join(import.meta.dirname, 'merges.json'), 'utf8')));

test('each of the 256 bytes has a character of its own', () => {
  expect(new Set(BYTE_CHARACTERS).size).toBe(256);
});

test('any text comes back from its tokens', async () => {
  for (const merges of [[], await shippedMerges()]) {
    const encode = createEncoder(merges);
    for (const text of ['', 'Hello', '  two  spaces\n\n\tand 12345', 'ünïcödé 🙂 it’s', '<|im_end|>', '\u0000\u0001']) {
      expect(decode(merges, encode(text))).toBe(text);
    }
  }
});

test('the most frequent pair is merged first, and of equals the first in order', () => {
  expect(trainMerges(['abab', 'abab', 'cd', 'cd'], 2)).toEqual(['a b', 'ab ab']);
  expect(trainMerges(['ba ba', 'ab ab'], 1)).toEqual(['a b']);
});

test('merges are learned until no pair occurs twice', () => {
  expect(trainMerges(['abc'], 10)).toEqual([]);
  expect(trainMerges(['hello hello'], 10)).toEqual(['e l', 'el l', 'ell o', 'h ello']);
});

test('learned merges make text shorter', () => {
  const texts = generateCorpus(200, 1)
    .flat()
    .map(({ content }) => content);
  const merges = trainMerges(texts, 100);
  expect(merges).toHaveLength(100);
  const [sample = ''] = texts;
  expect(createEncoder(merges)(sample).length).toBeLessThan(createEncoder([])(sample).length);
});

test('the shipped vocabulary has 1024 tokens, each once', async () => {
  const tokens = tokensOf(await shippedMerges());
  expect(tokens).toHaveLength(1_024);
  expect(new Set(tokens).size).toBe(1_024);
});
