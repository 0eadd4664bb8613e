import { describe, expect, test } from 'vitest';
import type { Hunk } from '../store/change-sets.ts';
import { outcomeOf, textsOf, type Proposal } from './change-set-outcome.ts';
import { rangesOf } from './hunks.ts';

const SECOND = 1_000;
const BASE = 'a\nb\nc\nd\ne\nf\ng\n';
const PROPOSED = 'A\nb\nc\nd\ne\nf\nG\nh\n';

const of = (text: string | Buffer | null) => (text === null ? null : Buffer.from(text));
const hunksOf = (proposal: Proposal): Hunk[] => {
  const texts = textsOf(proposal);
  const ranges = texts && rangesOf(texts.before, texts.after, SECOND);
  return (ranges ?? [{ from: 0, count: 0, to: 0, toCount: 0 }]).map((range) => ({ ...range, decision: null }));
};

/** What becomes of a file that holds `present` when the hunks of these indexes are applied. */
const apply = (
  present: string | Buffer | null,
  now: number[],
  before: number[] = [],
  base = BASE,
  proposed = PROPOSED,
) => {
  const proposal = { base: of(base), proposed: of(proposed) };
  const hunks = hunksOf(proposal);
  const pick = (indexes: number[]) => hunks.filter((_, index) => indexes.includes(index));
  const outcome = outcomeOf(proposal, { before: pick(before), now: pick(now) }, of(present), SECOND);
  return outcome.outcome === 'write' ? outcome.bytes.toString() : outcome.outcome;
};

describe('a text', () => {
  test('gets the hunks that are accepted, and no others', () => {
    expect(apply(BASE, [0])).toBe('A\nb\nc\nd\ne\nf\ng\n');
    expect(apply(BASE, [1])).toBe('a\nb\nc\nd\ne\nf\nG\nh\n');
    expect(apply(BASE, [0, 1])).toBe(PROPOSED);
  });

  test('gets the rest later, on top of what it got before', () => {
    expect(apply('A\nb\nc\nd\ne\nf\ng\n', [1], [0])).toBe(PROPOSED);
    expect(apply('a\nb\nc\nd\ne\nf\nG\nh\n', [0], [1])).toBe(PROPOSED);
  });

  test('keeps what others changed elsewhere meanwhile', () => {
    expect(apply('new\na\nb\nc\nX\ne\nf\ng\n', [1])).toBe('new\na\nb\nc\nX\ne\nf\nG\nh\n');
    expect(apply('A\nb\nc\nX\ne\nf\ng\n', [1], [0])).toBe('A\nb\nc\nX\ne\nf\nG\nh\n');
  });

  test('that has become what is proposed stays as it is', () => {
    expect(apply(PROPOSED, [0, 1])).toBe('unchanged');
    expect(apply('A\nb\nc\nX\ne\nf\nG\nh\n', [0, 1])).toBe('unchanged');
  });

  test.each([
    ['changed in the same line', 'x\nb\nc\nd\ne\nf\ng\n'],
    ['changed in the line beside', 'a\nx\nc\nd\ne\nf\ng\n'],
    ['deleted', null],
    ['made no text', Buffer.from([0xff])],
  ])('that was %s is a conflict', (_, present) => {
    expect(apply(present, [0])).toBe('conflict');
  });

  test('keeps its ends of lines and a missing one at its end', () => {
    expect(apply('a\r\nb\r\nc', [0], [], 'a\r\nb\r\nc', 'a\r\nB\r\nc')).toBe('a\r\nB\r\nc');
    expect(apply('', [0], [], '', 'x')).toBe('x');
    expect(apply('x', [0], [], 'x', '')).toBe('');
  });
});

describe('a file as a whole', () => {
  const whole = (base: Buffer | null, proposed: Buffer | null, present: Buffer | null) => {
    const proposal = { base, proposed };
    return outcomeOf(proposal, { before: [], now: hunksOf(proposal) }, present, SECOND);
  };
  const [one, two] = [Buffer.from([0xff, 1]), Buffer.from([0xff, 2])];

  test('is made where there is none, changed and deleted where it is what was read', () => {
    expect(whole(null, one, null)).toEqual({ outcome: 'write', bytes: one });
    expect(whole(one, two, one)).toEqual({ outcome: 'write', bytes: two });
    expect(whole(one, null, one)).toEqual({ outcome: 'delete' });
  });

  test('is left alone where it is so already', () => {
    expect(whole(null, one, one)).toEqual({ outcome: 'unchanged' });
    expect(whole(one, null, null)).toEqual({ outcome: 'unchanged' });
  });

  test('is a conflict where it is anything else', () => {
    expect(whole(null, one, two)).toEqual({ outcome: 'conflict' });
    expect(whole(one, two, null)).toEqual({ outcome: 'conflict' });
    expect(whole(one, null, two)).toEqual({ outcome: 'conflict' });
  });
});
