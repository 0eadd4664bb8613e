import { describe, expect, test } from 'vitest';
import { edited, editsOf, linesOf, mergeEdits, rangesOf, type Edit } from './hunks.ts';

const SECOND = 1_000;
const ranges = (before: string, after: string) => rangesOf(linesOf(before), linesOf(after), SECOND) ?? [];
const text = (...names: string[]) => names.map((name) => `${name}\n`).join('');

describe('lines', () => {
  test.each(['', '\n', 'a', 'a\n', 'a\r\nb\r\n', '\n\na\n\nb', '\ufeffa\nb\u2028c\rd'])(
    'of %j make it again',
    (whole) => {
      expect(linesOf(whole).join('')).toBe(whole);
    },
  );
});

describe('ranges', () => {
  test('are where two texts differ, each apart from the next', () => {
    expect(ranges(text('a', 'b', 'c', 'd'), text('a', 'B', 'c', 'd', 'e'))).toEqual([
      { from: 1, count: 1, to: 1, toCount: 1 },
      { from: 4, count: 0, to: 4, toCount: 1 },
    ]);
    expect(ranges('a\n', 'a\n')).toEqual([]);
  });

  test('see an end of line that is missing', () => {
    expect(ranges('a\nb', 'a\nb\n')).toEqual([{ from: 1, count: 1, to: 1, toCount: 1 }]);
  });

  test('make one text of the other, whatever the two are', () => {
    const random = (seed: number) => () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let seed = 1; seed <= 300; seed += 1) {
      const next = random(seed);
      const some = () => Array.from({ length: next() * 12 }, () => `${Math.floor(next() * 4)}\n`);
      const [before, after] = [some(), some()];
      const found = rangesOf(before, after, SECOND) ?? [];
      expect(edited(before, editsOf(found, after))).toEqual(after);
      // Any part of them is made as well, and the rest afterwards merges cleanly.
      const edits = editsOf(found, after);
      const part = edits.filter(() => next() < 0.5);
      const rest = edits.filter((edit) => !part.includes(edit));
      expect(mergeEdits(part, rest)).toEqual({ outcome: 'clean', edits });
    }
  });
});

describe('edits', () => {
  const edit = (from: number, count: number, ...lines: string[]): Edit => ({ from, count, lines });

  test('of different lines go together, in order', () => {
    expect(mergeEdits([edit(0, 1, 'a'), edit(6, 1)], [edit(3, 1, 'b')])).toEqual({
      outcome: 'clean',
      edits: [edit(0, 1, 'a'), edit(3, 1, 'b'), edit(6, 1)],
    });
  });

  test('that are the same are made once', () => {
    expect(mergeEdits([edit(1, 1, 'a')], [edit(1, 1, 'a'), edit(4, 0, 'b')])).toEqual({
      outcome: 'clean',
      edits: [edit(1, 1, 'a'), edit(4, 0, 'b')],
    });
  });

  test.each([
    ['the same line', edit(1, 1, 'a'), edit(1, 1, 'b')],
    ['lines side by side', edit(1, 1, 'a'), edit(2, 1, 'b')],
    ['a line within others', edit(0, 5), edit(2, 1, 'b')],
    ['the same place', edit(1, 0, 'a'), edit(1, 0, 'b')],
  ])('of %s are a conflict', (_, ours, theirs) => {
    expect(mergeEdits([ours], [theirs]).outcome).toBe('conflict');
    expect(mergeEdits([theirs], [ours]).outcome).toBe('conflict');
  });
});
