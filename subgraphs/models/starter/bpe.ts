import { BYTE_CHARACTERS, tokensOf } from '../gguf/vocabulary.ts';

/** GPT-2's way to split text into words that are never merged with each other. */
const GPT2_WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Splits as llama.cpp's pre-tokenizer "smollm" does: every digit by itself, the rest as GPT-2 does. */
const wordsOf = (text: string): readonly string[] =>
  text.split(/(\p{N})/u).flatMap((part) => part.match(GPT2_WORDS) ?? []);

const symbolsOf = (word: string): string[] =>
  Array.from(Buffer.from(word, 'utf8'), (byte) => BYTE_CHARACTERS[byte] ?? '');

/** Neighbouring symbols with a space between, which is no byte's character. */
const pairsOf = (symbols: readonly string[]): readonly string[] =>
  symbols.slice(1).map((symbol, index) => `${symbols[index]} ${symbol}`);

const merge = (symbols: readonly string[], pair: string): string[] => {
  const merged: string[] = [];
  for (let index = 0; index < symbols.length; index++) {
    const symbol = symbols[index] ?? '';
    const next = symbols[index + 1];
    if (next !== undefined && `${symbol} ${next}` === pair) {
      merged.push(symbol + next);
      index++;
    } else merged.push(symbol);
  }
  return merged;
};

/**
 * Learns byte-pair merges: again and again the most frequent pair becomes one symbol. Of equally frequent pairs the
 * first in code-unit order is taken, so that the same texts always give the same merges.
 */
export const trainMerges = (texts: Iterable<string>, count: number): readonly string[] => {
  const frequencies = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  let words = Array.from(frequencies, ([word, frequency]) => ({ symbols: symbolsOf(word), frequency }));
  const merges: string[] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { symbols, frequency } of words) {
      for (const pair of pairsOf(symbols)) pairs.set(pair, (pairs.get(pair) ?? 0) + frequency);
    }
    const [best] = [...pairs].reduce<readonly [string, number]>(
      (most, [pair, frequency]) =>
        frequency > most[1] || (frequency === most[1] && pair < most[0]) ? [pair, frequency] : most,
      ['', 1],
    );
    if (best === '') break;
    merges.push(best);
    words = words.map(({ symbols, frequency }) => ({ symbols: merge(symbols, best), frequency }));
  }
  return merges;
};

/** Turns text into token ids, exactly as llama.cpp does with the same vocabulary. */
export const createEncoder = (merges: readonly string[]): ((text: string) => readonly number[]) => {
  const ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  const ids = new Map(tokensOf(merges).map((token, id) => [token, id]));
  const known = new Map<string, readonly number[]>();

  const encodeWord = (word: string): readonly number[] => {
    let symbols = symbolsOf(word);
    for (;;) {
      const [first] = pairsOf(symbols)
        .filter((pair) => ranks.has(pair))
        .toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0));
      if (first === undefined) break;
      symbols = merge(symbols, first);
    }
    return symbols.map((symbol) => {
      const id = ids.get(symbol);
      if (id === undefined) throw new Error(`there is no token for ${JSON.stringify(symbol)}`);
      return id;
    });
  };

  return (text) =>
    wordsOf(text).flatMap((word) => {
      const tokens = known.get(word) ?? encodeWord(word);
      known.set(word, tokens);
      return tokens;
    });
};
