import { median } from '../statistics.ts';
import type { Answer, Side } from './questions.ts';

export const STREAMS = [1, 4, 8] as const;
type Streams = (typeof STREAMS)[number];

/** What one side did, round by round. */
export interface Rounds {
  readonly perSecond: Readonly<Record<Streams, number[]>>;
  /** Milliseconds from the only question to the first piece of its answer. */
  readonly firstMs: number[];
  /** Milliseconds that a running stream stood still at most while a long prompt came … */
  readonly gapMs: number[];
  /** … and how long that prompt waited for its first piece. */
  readonly longFirstMs: number[];
}

export const noRounds = (): Rounds => ({
  perSecond: { 1: [], 4: [], 8: [] },
  firstMs: [],
  gapMs: [],
  longFirstMs: [],
});

/** Tokens of all answers a second. */
export const perSecond = (answers: readonly Answer[]): number => {
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  return (tokens * 1_000) / Math.max(...answers.map(({ ended }) => ended));
};

export const first = ({ asked, pieces }: Answer): number => (pieces[0] ?? Number.NaN) - asked;

/** The longest time without a piece of the running answer, from when the other was asked until its first piece. */
export const longestGap = (running: Answer, late: Answer): number => {
  const until = late.pieces[0] ?? late.ended;
  const gaps = running.pieces.map((at, index) => {
    const before = running.pieces[index - 1] ?? 0;
    return at > late.asked && before < until ? at - before : 0;
  });
  return Math.max(...gaps);
};

/** Of the quotients, or differences, of each round. */
const spread = (of: readonly number[], by: readonly number[], compare: (one: number, other: number) => number) => {
  const all = of.map((value, round) => compare(value, by[round] ?? Number.NaN));
  return { median: median(all), least: Math.min(...all), most: Math.max(...all) };
};
const quotient = (one: number, other: number): number => one / other;
const difference = (one: number, other: number): number => one - other;

const compared = (one: Rounds, other: Rounds) => ({
  perSecond: Object.fromEntries(
    STREAMS.map((streams) => [streams, spread(one.perSecond[streams], other.perSecond[streams], quotient)]),
  ),
  firstMs: spread(one.firstMs, other.firstMs, difference),
  ...(one.gapMs.length > 0
    ? {
        gap: spread(one.gapMs, other.gapMs, quotient),
        longFirst: spread(one.longFirstMs, other.longFirstMs, quotient),
      }
    : {}),
});

const medians = ({ perSecond: speeds, firstMs, gapMs, longFirstMs }: Rounds) => ({
  perSecond: Object.fromEntries(STREAMS.map((streams) => [streams, median(speeds[streams])])),
  firstMs: median(firstMs),
  ...(gapMs.length > 0 ? { gapMs: median(gapMs), longFirstMs: median(longFirstMs) } : {}),
});

/** What the rounds say: the quotients of neighbouring measurements first, then medians of this machine. */
export const figuresOf = (rounds: ReadonlyMap<Side['name'], Rounds>) => {
  const pairs = [
    ['worker', 'library'],
    ['worker', 'llamaServer'],
    ['product', 'worker'],
  ] as const;
  return {
    quotients: Object.fromEntries(
      pairs.flatMap(([one, other]) => {
        const [ofOne, ofOther] = [rounds.get(one), rounds.get(other)];
        return ofOne && ofOther ? [[`${one}/${other}`, compared(ofOne, ofOther)]] : [];
      }),
    ),
    medians: Object.fromEntries(Array.from(rounds, ([name, each]) => [name, medians(each)])),
  };
};
