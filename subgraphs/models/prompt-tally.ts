/** Tokens of a prompt, as far as they are known before it is read. */
export interface CountedPrompt {
  readonly promptTokens: number;
  /**
   * There where another machine counts them when it answers: about how many there are, and `promptTokens` is the most that
   * there can be.
   */
  readonly likelyTokens?: number;
}

/** The tokens of a request's prompts, which are read one after the other. */
export interface PromptTally {
  /** As many as there can be of all prompts. */
  readonly most: number;
  /** About as many as there are of all prompts. */
  readonly likely: number;
  /** A prompt is read from now on. */
  begins(prompt: number): void;
  /** Whoever read a prompt has counted so many. */
  told(prompt: number, tokens: number): void;
  /** As many as are known by now of the prompts that were begun, never more than `most`. */
  read(): number;
}

const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};

export const tallyPrompts = (prompts: readonly CountedPrompt[]): PromptTally => {
  const most = sum(prompts.map(({ promptTokens }) => promptTokens));
  const likely = prompts.map(({ promptTokens, likelyTokens }) => likelyTokens ?? promptTokens);
  const begun = new Map<number, number>();
  return {
    most,
    likely: sum(likely),
    begins: (prompt) => {
      if (!begun.has(prompt)) begun.set(prompt, likely[prompt] ?? 0);
    },
    told: (prompt, tokens) => {
      begun.set(prompt, tokens);
    },
    read: () => Math.min(sum(begun.values()), most),
  };
};
