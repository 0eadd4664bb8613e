/** What each part of a pattern takes, from left to right: one sign by its number in Unicode, or one of these. */
const ONE = -1;
const SOME = -2;
const ANY = -3;
const FOLDERS = -4;

const SLASH = 0x2f;
const NAMES: Readonly<Record<string, number>> = { '**/': FOLDERS, '**': ANY, '*': SOME, '?': ONE };

const tokensOf = (pattern: string): Int32Array =>
  Int32Array.from(pattern.matchAll(/\*\*\/|\*\*|\*|\?|./gsu), ([text]) => NAMES[text] ?? text.codePointAt(0) ?? 0);

const WILDCARD = /\*+|\?/g;

/** How many wildcards some patterns hold: a path costs as many steps for each of its signs. */
export const countWildcards = (patterns: readonly string[]): number =>
  patterns.reduce((sum, pattern) => sum + (pattern.match(WILDCARD)?.length ?? 0), 0);

/** What patterns that somebody sends may hold together. Thousands made one path take a third of a second. */
export const MAX_WILDCARDS = 64;

/** Whether a place is left for the next without a sign. Folders end where a name begins. */
const isOptional = (token: number | undefined, previous: number): boolean =>
  token === SOME || token === ANY || (token === FOLDERS && previous === SLASH);
const staysAt = (token: number | undefined, sign: number): boolean =>
  token === ANY || token === FOLDERS || (token === SOME && sign !== SLASH);
const goesOn = (token: number | undefined, sign: number): boolean =>
  token === sign || (token === ONE && sign !== SLASH);

/** Follows all ways to match at once, so that no pattern takes longer than its length times that of the path. */
const matches = (tokens: Int32Array, path: Int32Array): boolean => {
  /** Whether the signs so far lead to a place in the pattern; none outside of `first` to `last` is reached. */
  const reached = new Uint8Array(tokens.length + 1);
  let first = 0;
  let last = 0;
  reached[0] = 1;
  while (last < tokens.length && isOptional(tokens[last], SLASH)) reached[++last] = 1;
  for (const sign of path) {
    let isReached = false;
    let begin = -1;
    let end = -1;
    for (let place = first; place <= tokens.length && (place <= last || isReached); place++) {
      const token = tokens[place];
      const was = reached[place] === 1;
      const is: boolean = isReached || (was && staysAt(token, sign));
      reached[place] = is ? 1 : 0;
      isReached = (was && goesOn(token, sign)) || (is && isOptional(token, sign));
      if (!is) continue;
      if (begin < 0) begin = place;
      end = place;
    }
    if (begin < 0) return false;
    first = begin;
    last = end;
  }
  return reached[tokens.length] === 1;
};

/**
 * Makes a test for paths: `*` is any part of one name, `?` one sign of it, `**` any folders and names.
 * @param patterns one of which must match the whole path
 */
export const createMatcher = (patterns: readonly string[]): ((path: string) => boolean) => {
  const all = patterns.map(tokensOf);
  return (path) => {
    const signs = Int32Array.from(path, (sign) => sign.codePointAt(0) ?? 0);
    return all.some((tokens) => matches(tokens, signs));
  };
};
