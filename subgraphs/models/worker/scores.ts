import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Score, ScoredToken } from './protocol.ts';

/** Follows how likely the tokens of an answer were, until their text is released. */
export interface Scores {
  sampled(token: Token, probabilities: ReadonlyMap<Token, number>): void;
  /** Those of tokens whose text is final; of a token that a stop text has cut there is none. */
  released(tokens: readonly Token[]): readonly Score[];
}

/** What is shown of a probability that is too small for a number. */
const LEAST = -9_999;

const logarithm = (probability: number | undefined): number =>
  probability === undefined || probability <= 0 ? LEAST : Math.max(LEAST, Math.log(probability));

/** @param top how many of the likeliest tokens to tell beside each */
export const createScores = (model: LlamaModel, top: number): Scores => {
  const waiting: { readonly token: Token; readonly score: Score }[] = [];
  const scored = (token: Token, probability: number | undefined): ScoredToken => ({
    token: model.detokenize([token], true),
    logprob: logarithm(probability),
  });
  return {
    sampled: (token, probabilities) => {
      const likeliest = [...probabilities.entries().take(top)].map(([other, probability]) =>
        scored(other, probability),
      );
      waiting.push({ token, score: { ...scored(token, probabilities.get(token)), top: likeliest } });
    },
    released: (tokens) =>
      tokens.flatMap((token) => {
        if (waiting[0]?.token !== token) return [];
        const first = waiting.shift();
        return first ? [first.score] : [];
      }),
  };
};
