/** Tokens of a prompt, as far as they are known before it is read. */
export interface CountedPrompt {
  readonly promptTokens: number;
  /**
   * There where another machine counts them when it answers: about how many there are, and `promptTokens` is the most that
   * there can be.
   */
  readonly likelyTokens?: number;
}

/** The tokens of a request's prompts. */
export interface PromptTally {
  /** As many as there can be. */
  readonly most: number;
  /** Whoever read a prompt has counted so many. */
  told(prompt: number, tokens: number): void;
  /** As many as are known by now, never more than `most`. */
  total(): number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export const tallyPrompts = (prompts: readonly CountedPrompt[]): PromptTally => {
  const most = sum(prompts.map(({ promptTokens }) => promptTokens));
  const known = prompts.map(({ promptTokens, likelyTokens }) => likelyTokens ?? promptTokens);
  return {
    most,
    told: (prompt, tokens) => {
      known[prompt] = tokens;
    },
    total: () => Math.min(sum(known), most),
  };
};
