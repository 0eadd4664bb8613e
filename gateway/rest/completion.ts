import { FINISH, PIECES, usageOf, type Score } from './answer.ts';
import type { ChatData, ChatEventData } from './chat.ts';
import type { Events } from './route.ts';
import { samplingInput, type Sampling } from './sampling.ts';

/** The body of a completion, as far as it has an effect. */
export interface CompletionBody extends Sampling {
  readonly model: string;
  readonly prompt: string | readonly string[];
  readonly suffix?: string | null;
  readonly echo?: boolean | null;
  readonly n?: number | null;
  /** How many of the likeliest tokens to tell beside each. */
  readonly logprobs?: number | null;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

/** The body of the seeds' completion, which is a chat with one message. */
export interface PromptBody extends Sampling {
  readonly model: string;
  readonly prompt: string;
}

/** What `COMPLETE` selects, and each event of `COMPLETE_STREAM`. */
export interface CompletionData {
  readonly complete: ChatData['chat'];
}
export interface CompletionEventData {
  readonly complete: ChatEventData['chat'];
}

export const COMPLETE = /* GraphQL */ `
  mutation RestComplete($input: CompletionInput!) {
    complete(input: $input) {
      ${PIECES.whole}
    }
  }
`;
export const COMPLETE_STREAM = /* GraphQL */ `
  subscription RestCompleteStream($input: CompletionInput!) {
    complete(input: $input) {
      ${PIECES.event}
    }
  }
`;

/** The graph's input for a body in OpenAI's names. */
export const completionInput = ({ model, prompt, suffix, echo, n, logprobs, ...body }: CompletionBody) => ({
  model,
  prompt: typeof prompt === 'string' ? [prompt] : prompt,
  suffix,
  echo,
  n,
  ...(typeof logprobs === 'number' ? { logprobs: true, topLogprobs: logprobs } : {}),
  maxTokens: body.max_tokens,
  ...samplingInput(body),
});

export const promptInput = (body: PromptBody) => ({
  model: body.model,
  messages: [{ role: 'USER', content: body.prompt }],
  maxTokens: body.max_tokens,
  ...samplingInput(body),
});

/** @param from characters of the choice's text before these tokens */
const logprobsOf = (scores: readonly Score[] | null, from: number) => {
  if (!scores) return null;
  let at = from;
  const offsets = scores.map(({ token }) => {
    const offset = at;
    at += token.length;
    return offset;
  });
  return {
    tokens: scores.map(({ token }) => token),
    token_logprobs: scores.map(({ logprob }) => logprob),
    top_logprobs: scores.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
    text_offset: offsets,
  };
};

/** @param created seconds since 1970 */
export const completionAnswer = ({ requestId, model, choices, usage }: ChatData['chat'], created: number) => ({
  id: `cmpl-${requestId}`,
  object: 'text_completion',
  created,
  model: model.name,
  choices: choices.map(({ index, text, logprobs, finishReason }) => ({
    index,
    text,
    logprobs: logprobsOf(logprobs, 0),
    finish_reason: FINISH[finishReason],
  })),
  usage: usageOf(usage),
});

/**
 * Begins the chunks of one stream.
 * @param created seconds since 1970
 * @param withUsage whether a last chunk tells the usage; every other one has a null in its place then
 */
export const completionChunks = (created: number, withUsage: boolean): ((data: CompletionEventData) => Events) => {
  const written = new Map<number, number>();
  return ({ complete: { requestId, model, choice, text, logprobs, finishReason, usage } }) => {
    const chunk = (choices: readonly object[], counted: object | null = null) => ({
      id: `cmpl-${requestId}`,
      object: 'text_completion',
      created,
      model: model.name,
      choices,
      ...(withUsage ? { usage: counted } : {}),
    });
    const from = written.get(choice) ?? 0;
    written.set(choice, from + text.length);
    const finish = finishReason === null ? null : FINISH[finishReason];
    const payloads = [
      chunk([{ index: choice, text, logprobs: logprobsOf(logprobs, from), finish_reason: finish }]),
      ...(withUsage && usage ? [chunk([], usageOf(usage))] : []),
    ];
    return { payloads, last: usage !== null };
  };
};
