import { marked } from 'marked';
import { expect, test } from 'vitest';
import { createBlockLexer, shownOf } from './blocks.ts';

const whole = (text: string): string[] => marked.lexer(text).map(({ raw }) => raw);

/** Pieces of Markdown whose neighbourhood changes how they are read. */
const PIECES = [
  'A paragraph\nof two lines.',
  '# Heading',
  'Setext\n---',
  '---',
  '- one\n- two\n\n  with a paragraph\n- three',
  '1. first\n2. second',
  '> quote\nlazy line',
  '```python\ndef add(a, b):\n\n    return a + b\n```',
  '~~~\nopen fence',
  '    indented code',
  '| a | b |\n| --- | :-: |\n| 1 | 2 |',
  '<div>\nhtml\n</div>',
  '[ref]: https://example.org',
  'text with `code`, **bold** and ![image](x.png)',
  'Umlaute äöü, emoji 🙂',
  '',
] as const;
const GLUE = ['\n\n', '\n', '\n\n\n'] as const;

/** A small generator with a seed, so that a failure can be repeated. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const pick = <T>(next: () => number, from: readonly [T, ...T[]]): T =>
  from[Math.floor(next() * from.length)] ?? from[0];

test('a fence is shown once its line is whole', () => {
  expect(['`', '``', '```', '```py', 'so:\n```'].map(shownOf)).toEqual(['', '', '', '', 'so:\n']);
  expect(shownOf('```python\ndef')).toBe('```python\ndef');
  expect(shownOf('a `code` and `')).toBe('a `code` and `');
});

test('a text that arrives in pieces has the blocks of the whole text, for 1000 random texts', () => {
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const next = random(seed);
    const text = Array.from({ length: 8 }, () => pick(next, PIECES) + pick(next, GLUE)).join('');
    const lex = createBlockLexer();
    for (let end = 0; end < text.length; end += 1 + Math.floor(next() * 12)) lex(text.slice(0, end));
    expect({ seed, text, blocks: lex(text) }).toEqual({ seed, text, blocks: whole(text) });
  }
});

test('a text with Windows line ends has the blocks of the whole text', () => {
  const text = PIECES.join('\n\n').replaceAll('\n', '\r\n');
  const lex = createBlockLexer();
  for (let end = 0; end < text.length; end += 1) lex(text.slice(0, end));
  expect(lex(text)).toEqual(whole(text));
});

test('finished blocks keep their identity', () => {
  const lex = createBlockLexer();
  const before = lex('one\n\ntwo\n\nthree\n\nfo');
  expect(lex('one\n\ntwo\n\nthree\n\nfour').slice(0, -1)).toEqual(before.slice(0, -1));
});

test('another text begins anew', () => {
  const lex = createBlockLexer();
  lex('one\n\ntwo\n\nthree\n\nfour');
  expect(lex('five')).toEqual(['five']);
});
