import { describe, expect, test } from 'vitest';
import { expressionOf, matchesIn, type Pattern } from './search-text.ts';

const MANY = 1_000;
const find = (content: string | Buffer, pattern: Partial<Pattern> & { readonly text: string }, most = MANY) =>
  matchesIn(
    Buffer.from(content),
    expressionOf({ isRegex: false, matchCase: false, wholeWord: false, ...pattern }),
    most,
  );
const places = (content: string | Buffer, pattern: Partial<Pattern> & { readonly text: string }) =>
  find(content, pattern).matches.map(({ line, column }) => `${line}:${column}`);

describe('a text', () => {
  test('is found wherever it stands, as it is written', () => {
    expect(places('a.b\nxa.b a.b\r\naXb', { text: 'a.b' })).toEqual(['1:1', '2:2', '2:6']);
    expect(places(String.raw`^$\.*+?()[]{}|/-`, { text: String.raw`^$\.*+?()[]{}|/-` })).toEqual(['1:1']);
  });

  test('is found in either case unless the case matters', () => {
    expect(places('Äpfel äPFEL', { text: 'äpfel' })).toEqual(['1:1', '1:7']);
    expect(places('Äpfel äPFEL', { text: 'äPFEL', matchCase: true })).toEqual(['1:7']);
  });

  test('is found as a whole word where that is asked', () => {
    expect(places('cat concat cat_ ücat (cat)', { text: 'cat', wholeWord: true })).toEqual(['1:1', '1:23']);
  });
});

describe('an expression', () => {
  test('matches within lines', () => {
    expect(places('foo1\nfoo\n22', { text: String.raw`foo\d`, isRegex: true })).toEqual(['1:1']);
    expect(places('a\r\nb', { text: '^.$', isRegex: true })).toEqual(['1:1', '2:1']);
    expect(places('a\nb', { text: String.raw`a\s+b`, isRegex: true })).toEqual([]);
  });

  test('that matches nothing at all matches nowhere', () => {
    expect(places('abc', { text: 'x*', isRegex: true })).toEqual([]);
  });

  test.each(['(', '[a', 'a{2,1}', '*', ')(', '(?<a>.)(?<a>.)', String.raw`\p{No}\k<x>`])('is not %j', (text) => {
    expect(() => expressionOf({ text, isRegex: true, matchCase: true, wholeWord: true })).toThrow(SyntaxError);
  });
});

describe('what is shown', () => {
  test('is the line, with the place of the match', () => {
    expect(find('  let a = 1;\n', { text: 'a' }).matches).toEqual([
      { line: 1, column: 7, text: '  let a = 1;', start: 6, end: 7 },
    ]);
  });

  test('of a long line is what is around the match, in whole characters', () => {
    const line = `${'😀'.repeat(500)}needle${'x'.repeat(1_000)}`;
    const [match] = find(line, { text: 'needle' }).matches;
    expect(match).toMatchObject({ line: 1, column: 1_001 });
    expect(match?.text).toHaveLength(300);
    expect(match?.text.slice(match.start, match.end)).toBe('needle');
    expect(match?.text.isWellFormed()).toBe(true);
    const long = find('x'.repeat(1_000), { text: 'x+', isRegex: true }).matches;
    expect(long).toEqual([{ line: 1, column: 1, text: 'x'.repeat(300), start: 0, end: 300 }]);
  });

  test('is cut after as many as were asked for', () => {
    expect(find('a a a', { text: 'a' }, 3).isCut).toBe(false);
    expect(find('a a a a', { text: 'a' }, 3)).toMatchObject({ isCut: true, matches: { length: 3 } });
  });
});

test.each([
  ['empty', ''],
  ['not UTF-8', Buffer.from([0x61, 0xff])],
  ['with a NUL', 'a\0a'],
])('nothing is found in a file that is %s', (_, content) => {
  expect(places(content, { text: 'a' })).toEqual([]);
});
