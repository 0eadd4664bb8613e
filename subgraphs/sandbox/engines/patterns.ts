/** A part of a path pattern, as it is matched from left to right. */
type Token = { readonly kind: 'sign'; readonly sign: string } | { readonly kind: 'one' | 'some' | 'any' | 'folders' };

const tokensOf = (pattern: string): readonly Token[] =>
  [...pattern.matchAll(/\*\*\/|\*\*|\*|\?|./gsu)].map(([text]): Token => {
    switch (text) {
      case '**/':
        return { kind: 'folders' };
      case '**':
        return { kind: 'any' };
      case '*':
        return { kind: 'some' };
      case '?':
        return { kind: 'one' };
      default:
        return { kind: 'sign', sign: text };
    }
  });

/** Follows all ways to match at once, so that no pattern takes longer than its length times that of the path. */
const matches = (tokens: readonly Token[], path: string): boolean => {
  /** Adds what is reached by letting a wildcard match nothing. Folders end where a name begins. */
  const spread = (states: Set<number>, previous: string): Set<number> => {
    for (const state of states) {
      const kind = tokens[state]?.kind;
      if (kind === 'some' || kind === 'any' || (kind === 'folders' && previous === '/')) states.add(state + 1);
    }
    return states;
  };
  let states = spread(new Set([0]), '/');
  for (const sign of path) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined) continue;
      if (token.kind === 'any' || token.kind === 'folders' || (token.kind === 'some' && sign !== '/')) next.add(state);
      else if (token.kind === 'one' ? sign !== '/' : token.kind === 'sign' && token.sign === sign) next.add(state + 1);
    }
    states = spread(next, sign);
  }
  return states.has(tokens.length);
};

/**
 * Makes a test for paths: `*` is any part of one name, `?` one sign of it, `**` any folders and names.
 * @param patterns one of which must match the whole path
 */
export const createMatcher = (patterns: readonly string[]): ((path: string) => boolean) => {
  const all = patterns.map(tokensOf);
  return (path) => all.some((tokens) => matches(tokens, path));
};
