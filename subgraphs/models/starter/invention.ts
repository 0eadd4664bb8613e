import { randomFrom } from './random.ts';

/** Names are put together from these, so that the model learns to copy a name instead of knowing it. */
const WORDS =
  'alpha beta gamma data entry node value text count total key row cell user file path page size rate score price level point token model cache query order task step event state color shape depth width limit offset parse load save read write build make check merge apply update handle process compute convert'.split(
    ' ',
  );
/** Names that people give to functions of no meaning. */
const PLACEHOLDERS = 'foo bar baz qux func my_function solve compute run_it test_me'.split(' ');
const SYLLABLES = 'ba ko lu mi ra to ze qua fi xo ne pra dul vi sto gre hy jun wop ket'.split(' ');
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS = 'a b c d e f g h j k m n o p q r s t u v w x y z'.split(' ');

/** What a corpus is made with: choices that depend on a seed alone. */
export interface Dice {
  readonly chance: (probability: number) => boolean;
  /** A whole number from 0 on. */
  readonly upTo: (largest: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** A name of any kind, in snake_case. */
  readonly name: () => string;
  /** A short name, as parameters have. */
  readonly parameter: () => string;
}

export const diceFrom = (seed: number): Dice => {
  const random = randomFrom(seed);
  const chance = (probability: number): boolean => random() < probability;
  const upTo = (largest: number): number => Math.floor(random() * (largest + 1));
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[upTo(choices.length - 1)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  };
  const syllables = (): string => pick(SYLLABLES) + pick(SYLLABLES) + (chance(0.4) ? pick(SYLLABLES) : '');
  /** Of any letters, so that no token is only ever part of known words. */
  const letters = (): string => Array.from({ length: 3 + upTo(5) }, () => ALPHABET.charAt(upTo(25))).join('');
  const name = (): string => {
    const kind = random();
    if (kind < 0.1) return pick(PLACEHOLDERS);
    if (kind < 0.25) return pick(WORDS);
    if (kind < 0.55) return `${pick(WORDS)}_${pick(WORDS)}`;
    if (kind < 0.65) return `${syllables()}_${pick(WORDS)}`;
    if (kind < 0.8) return syllables();
    if (kind < 0.93) return letters() + (chance(0.3) ? `_${pick(WORDS)}` : '');
    return pick(LETTERS) + (chance(0.5) ? String(1 + upTo(8)) : '');
  };
  const parameter = (): string => {
    const kind = random();
    if (kind < 0.35) return pick(WORDS);
    if (kind < 0.7) return kind < 0.55 ? syllables() : letters();
    return pick(LETTERS);
  };
  return { chance, upTo, pick, name, parameter };
};

export const camelCase = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
