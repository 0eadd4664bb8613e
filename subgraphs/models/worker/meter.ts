/** What a worker has worked since it started, by its own count. It never goes back. */
export interface Worked {
  /** Tokens of the prompts, and of the texts to embed, that it was given; each once, however many answers it has. */
  readonly promptTokens: number;
  /** Tokens that were sampled, whoever has taken them. */
  readonly completionTokens: number;
}

let promptTokens = 0;
let completionTokens = 0;

export const countPrompt = (tokens: number): void => void (promptTokens += tokens);
export const countSampled = (): void => void (completionTokens += 1);
export const worked = (): Worked => ({ promptTokens, completionTokens });
