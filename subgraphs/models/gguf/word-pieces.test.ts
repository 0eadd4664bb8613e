import { expect, test } from 'vitest';
import { createPieceEncoder, makeWordPieces, PIECE_SPECIALS, WORD_START, wordsOf } from './word-pieces.ts';

test('words are in lower case and without accents, and marks are words', () => {
  expect(wordsOf('Über foo_bar(x) => "Größe";\n1.5€')).toEqual([
    'uber',
    'foo',
    '_',
    'bar',
    '(',
    'x',
    ')',
    '=',
    '>',
    '"',
    'große',
    '"',
    ';',
    '1',
    '.',
    '5€',
  ]);
  expect(wordsOf(' \n\t')).toEqual([]);
});

test('the longest known piece is taken first, and a word with an unknown letter is unknown', () => {
  const tokens = [...PIECE_SPECIALS, `${WORD_START}read`, `${WORD_START}re`, 'ad', 'er', 'e', 'r'];
  const encode = createPieceEncoder(tokens);
  const texts = (text: string): readonly (string | undefined)[] => encode(text).map((id) => tokens[id]);
  expect(texts('reader')).toEqual(['[CLS]', `${WORD_START}read`, 'er', '[SEP]']);
  expect(texts('READ 漢')).toEqual(['[CLS]', `${WORD_START}read`, '[UNK]', '[SEP]']);
  expect(texts('')).toEqual(['[CLS]', '[SEP]']);
});

test('a vocabulary holds every letter, each token once, and the same texts give the same one', () => {
  const texts = ['the cat reads', 'the cat writes', 'ein Haus'];
  const tokens = makeWordPieces(texts, 200);
  expect(tokens.length).toBeLessThanOrEqual(200);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens).toContain(`${WORD_START}the`);
  expect(makeWordPieces(texts, 200)).toEqual(tokens);
  const unknown = tokens.indexOf('[UNK]');
  expect(createPieceEncoder(tokens)('Quite other words: zyx-42 {#}!')).not.toContain(unknown);
});
