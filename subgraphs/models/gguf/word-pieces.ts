import type { GgufMetadata } from './writer.ts';

/** bert's own tokens, with ids 0 to 4. */
export const PIECE_SPECIALS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const [PAD, UNKNOWN, CLS, SEP, MASK] = [0, 1, 2, 3, 4] as const;
/** A token begins a word where it begins with this. */
export const WORD_START = '\u2581';

const TYPE = { normal: 1, unknown: 2, control: 3 } as const;

const typeOf = (id: number): number => {
  if (id === UNKNOWN) return TYPE.unknown;
  return id < PIECE_SPECIALS.length ? TYPE.control : TYPE.normal;
};

/** A WordPiece tokenizer's part of the metadata. */
export const wordPieceMetadata = (tokens: readonly string[]): GgufMetadata => ({
  'tokenizer.ggml.model': { type: 'string', value: 'bert' },
  'tokenizer.ggml.pre': { type: 'string', value: 'default' },
  'tokenizer.ggml.token_type_count': { type: 'uint32', value: 2 },
  'tokenizer.ggml.tokens': { type: 'strings', value: tokens },
  'tokenizer.ggml.token_type': { type: 'int32s', value: tokens.map((_, id) => typeOf(id)) },
  'tokenizer.ggml.unknown_token_id': { type: 'uint32', value: UNKNOWN },
  // Spelled so in llama.cpp.
  'tokenizer.ggml.seperator_token_id': { type: 'uint32', value: SEP },
  'tokenizer.ggml.padding_token_id': { type: 'uint32', value: PAD },
  'tokenizer.ggml.cls_token_id': { type: 'uint32', value: CLS },
  'tokenizer.ggml.mask_token_id': { type: 'uint32', value: MASK },
  'tokenizer.ggml.bos_token_id': { type: 'uint32', value: CLS },
  'tokenizer.ggml.eos_token_id': { type: 'uint32', value: SEP },
  'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
  'tokenizer.ggml.add_eos_token': { type: 'bool', value: true },
});

/** Marks of punctuation and ASCII's symbols are words of their own. */
const WORD = /[\p{P}$+<=>^`|~\p{Script=Han}]|[^\s\p{P}$+<=>^`|~\p{Script=Han}]+/gu;

/** Splits as llama.cpp does for bert: lower case, without accents, at spaces and at marks. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .match(WORD) ?? [];

/**
 * Turns text into token ids between CLS and SEP, exactly as llama.cpp does with the same tokens: of each word the
 * longest piece that is known, and so on with the rest; unknown as a whole where that fails.
 */
export const createPieceEncoder = (tokens: readonly string[]): ((text: string) => readonly number[]) => {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const longest = Math.max(...tokens.map((token) => token.length));
  const encodeWord = (word: string): readonly number[] => {
    const marked = WORD_START + word;
    const found: number[] = [];
    let at = 0;
    while (at < marked.length) {
      let end = Math.min(marked.length, at + longest);
      while (end > at && !ids.has(marked.slice(at, end))) end--;
      const id = ids.get(marked.slice(at, end));
      if (id === undefined) return [UNKNOWN];
      found.push(id);
      at = end;
    }
    return found;
  };
  return (text) => [CLS, ...wordsOf(text).flatMap(encodeWord), SEP];
};

const ASCII = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(33 + index)).filter(
  (one) => !/[A-Z]/.test(one),
);
const LETTERS = [...ASCII, 'ß', '°', '§', '€'];

const countBy = (words: Iterable<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/** The most frequent; of equals the first in order, so that the same texts always give the same tokens. */
const mostFrequent = (counts: ReadonlyMap<string, number>, most: number): readonly string[] =>
  [...counts]
    .toSorted(([one, times], [other, otherTimes]) => otherTimes - times || (one < other ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);

/** Lengths of the pieces that words beyond the vocabulary fall into. */
const PIECE_LENGTHS = [2, 3, 4];

/**
 * A vocabulary of letters, the most frequent words, and pieces of words.
 * @param count of all tokens at most, and at least those of the letters
 */
export const makeWordPieces = (texts: Iterable<string>, count: number): readonly string[] => {
  const words = countBy(Array.from(texts).flatMap((text) => [...wordsOf(text)]));
  const pieces = countBy(
    [...words.keys()].flatMap((word) =>
      PIECE_LENGTHS.flatMap((length) =>
        Array.from({ length: Math.max(0, word.length - length + 1) }, (_, at) => word.slice(at, at + length)),
      ),
    ),
  );
  const letters = [...LETTERS.map((letter) => WORD_START + letter), ...LETTERS];
  const rest = count - PIECE_SPECIALS.length - letters.length;
  const whole = mostFrequent(words, Math.round(rest * 0.6)).map((word) => WORD_START + word);
  const parts = mostFrequent(pieces, Math.round(rest * 0.4)).flatMap((piece) => [piece, WORD_START + piece]);
  const all = new Set<string>([...PIECE_SPECIALS, ...letters, ...whole, ...parts]);
  return [...all].slice(0, count);
};
