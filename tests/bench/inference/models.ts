import { join } from 'node:path';
import { SHIPPED_STARTER } from '#subgraphs/models/starter/install.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import type { Question } from './questions.ts';

export interface BenchModel {
  readonly name: string;
  readonly path: string;
  /** Tokens of each conversation. */
  readonly contextSize: number;
  /** The question number `n` of a round: no two begin alike, so nobody remembers its beginning. */
  readonly question: (n: number) => Question;
  /** Whether it talks until it may not any more: the answers of others are too short for a prompt to come meanwhile. */
  readonly endless: boolean;
}

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
const MERGES = 32_000;

/** Pairs of letters and then those with a third, so that the vocabulary has as many words as those of real models. */
const merges = (): readonly string[] => {
  const pairs = LETTERS.flatMap((one) => LETTERS.map((other) => [one, other] as const));
  const triples = pairs.flatMap(([one, other]) => LETTERS.map((third) => `${one}${other} ${third}`));
  return [...pairs.map(([one, other]) => `${one} ${other}`), ...triples].slice(0, MERGES);
};

/** So many digits, each of which is a token. */
export const digits = (n: number, count: number): string =>
  Array.from({ length: count }, (_, at) => (n * 7_919 + at * at * 31 + at) % 10).join('');

const FUNCTIONS = ['adds two numbers', 'returns the square of a number', 'says hello', 'reverses a text'];

/**
 * A random model of 41 million weights with a vocabulary of 32,000, and the starter.
 * @param folder where the random one is written
 */
export const benchModels = async (folder: string): Promise<readonly BenchModel[]> => {
  const path = join(folder, 'random41m.gguf');
  const contextSize = 2_048;
  await writeRandomModel(path, {
    contextSize,
    shape: { embedding: 512, layers: 8, heads: 8, keyValueHeads: 4, feedForward: 1_536 },
    merges: merges(),
    ascii: true,
  });
  return [
    {
      name: 'random41m',
      path,
      contextSize,
      endless: true,
      question: (n) => ({ text: `${String(n).padStart(4, '0')} ${digits(n, 43)}`, maxTokens: 64 }),
    },
    {
      name: 'starter',
      path: SHIPPED_STARTER,
      contextSize: 512,
      endless: false,
      question: (n) => ({
        text: `${n}. Write a Python function called f${n} that ${FUNCTIONS[n % FUNCTIONS.length]}.`,
        maxTokens: 96,
      }),
    },
  ];
};
