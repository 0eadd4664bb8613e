import type { Pair } from './pairs.ts';

/** Pairs as the trainer reads them: files of numbers in the machine's byte order. */
export interface PairData {
  /** The tokens of all texts, one after the other. */
  readonly tokens: Uint16Array;
  /** The tokens of each text, two texts a pair. */
  readonly lengths: Uint16Array;
  readonly groups: Int32Array;
}

export const preparePairs = (pairs: readonly Pair[], encode: (text: string) => readonly number[]): PairData => {
  const encoded = pairs.flatMap(({ texts }) => texts.map(encode));
  return {
    tokens: Uint16Array.from(encoded.flat()),
    lengths: Uint16Array.from(encoded, ({ length }) => length),
    groups: Int32Array.from(pairs, ({ group }) => group),
  };
};
