import { expect, test } from 'vitest';
import { prepare } from './prepare.ts';

/** One token a character, from 100 on. */
const encode = (text: string): readonly number[] => Array.from(text, (letter) => 100 + (letter.codePointAt(0) ?? 0));

test('a conversation becomes ChatML, of which only the answers and their ends are learned', () => {
  const { tokens, learned, starts } = prepare(
    [
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'bc' },
      ],
      [{ role: 'assistant', content: 'd' }],
    ],
    encode,
  );
  const first = [0, 1, ...encode('user\n'), ...encode('a'), 2, ...encode('\n')];
  const answer = [1, ...encode('assistant\n'), ...encode('bc'), 2, ...encode('\n')];
  expect(Array.from(tokens.slice(0, first.length + answer.length))).toEqual([...first, ...answer]);
  expect([...starts]).toEqual([0, first.length + answer.length]);
  const taught = Array.from(tokens).filter((_, index) => learned[index] === 1);
  expect(taught).toEqual([...encode('bc'), 2, ...encode('d'), 2]);
});

test('the result of a call stands in the turn that called, and is not learned', () => {
  const { tokens, learned } = prepare(
    [
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'result', content: 'c' },
        { role: 'assistant', content: 'd' },
      ],
    ],
    encode,
  );
  const turn = [
    1,
    ...encode('assistant\n'),
    ...encode('b'),
    ...encode('\n||result: c\n'),
    ...encode('d'),
    2,
    ...encode('\n'),
  ];
  expect(Array.from(tokens.slice(-turn.length))).toEqual(turn);
  const taught = Array.from(tokens).filter((_, index) => learned[index] === 1);
  expect(taught).toEqual([...encode('bd'), 2]);
});
