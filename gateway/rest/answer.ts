/** What answers of chats and completions have in common. */

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
}

export type Finish = 'STOP' | 'LENGTH' | 'BUDGET' | 'TOOL_CALLS';

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

interface ScoredToken {
  readonly token: string;
  readonly logprob: number;
}
export interface Score extends ScoredToken {
  readonly top: readonly ScoredToken[];
}

const COMMON = /* GraphQL */ `
  requestId
  model {
    name
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
    cachedTokens
  }
`;
const SCORES = /* GraphQL */ `
  text
  finishReason
  logprobs {
    token
    logprob
    top {
      token
      logprob
    }
  }
`;
const CALLS = /* GraphQL */ `
  toolCalls {
    id
    name
    arguments
  }
`;

/** The fields that are asked of a whole answer, and of an event. */
export const PIECES = {
  whole: `${COMMON} choices { index ${SCORES} message { ${CALLS} } }`,
  event: `${COMMON} choice ${SCORES} ${CALLS}`,
};

/** OpenAI's clients know these ends; a budget that is used up cuts the answer short as a length does. */
export const FINISH = { STOP: 'stop', LENGTH: 'length', BUDGET: 'length', TOOL_CALLS: 'tool_calls' } as const;

export const usageOf = ({ promptTokens, completionTokens, totalTokens, cachedTokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: totalTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});
