import type { Events } from './route.ts';

/** The body of a chat, as far as it has an effect. */
export interface ChatBody extends Sampling {
  readonly model: string;
  readonly messages: readonly {
    readonly role: 'system' | 'developer' | 'user' | 'assistant';
    readonly content: string | readonly { readonly text: string }[];
  }[];
  readonly max_completion_tokens?: number | null;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

interface Sampling {
  readonly max_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly repeat_penalty?: number | null;
  readonly seed?: number | null;
  readonly stop?: string | readonly string[] | null;
}

/** The body of a completion, likewise. */
export interface CompletionBody extends Sampling {
  readonly model: string;
  readonly prompt: string;
}

interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

type Finish = 'STOP' | 'LENGTH' | 'BUDGET';

/** What `CHAT` selects. */
export interface ChatData {
  readonly chat: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly text: string;
    readonly finishReason: Finish;
    readonly usage: Usage;
  };
}

/** What each event of `CHAT_STREAM` selects. */
export interface ChatEventData {
  readonly chat: Omit<ChatData['chat'], 'finishReason' | 'usage'> & {
    readonly finishReason: Finish | null;
    readonly usage: Usage | null;
  };
}

const SELECTION = /* GraphQL */ `
  requestId
  model {
    name
  }
  text
  finishReason
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
`;
export const CHAT = `mutation RestChat($input: ChatInput!) { chat(input: $input) { ${SELECTION} } }`;
export const CHAT_STREAM = `subscription RestChatStream($input: ChatInput!) { chat(input: $input) { ${SELECTION} } }`;

const ROLES = { system: 'SYSTEM', developer: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' } as const;
/** OpenAI's clients know these two ends; a budget that is used up cuts the answer short as a length does. */
const FINISH = { STOP: 'stop', LENGTH: 'length', BUDGET: 'length' } as const;

/** The lowest 32 bits of a number, as the graph's Int has them. */
const narrow = (seed: number): number => Number(BigInt.asIntN(32, BigInt(seed)));

const samplingInput = ({ temperature, top_p, top_k, repeat_penalty, seed, stop }: Sampling) => ({
  temperature,
  topP: top_p,
  topK: top_k,
  repeatPenalty: repeat_penalty,
  seed: typeof seed === 'number' ? narrow(seed) : seed,
  stop: typeof stop === 'string' ? [stop] : stop,
});

/** The graph's input for a body in OpenAI's names. */
export const chatInput = (body: ChatBody) => ({
  model: body.model,
  messages: body.messages.map(({ role, content }) => ({
    role: ROLES[role],
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join('\n'),
  })),
  maxTokens: body.max_completion_tokens ?? body.max_tokens,
  ...samplingInput(body),
});

export const completionInput = (body: CompletionBody) => ({
  model: body.model,
  messages: [{ role: 'USER', content: body.prompt }],
  maxTokens: body.max_tokens,
  ...samplingInput(body),
});

const usageOf = ({ promptTokens, completionTokens, totalTokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: totalTokens,
});

/** @param created seconds since 1970 */
export const chatAnswer = ({ chat }: ChatData, created: number) => ({
  id: `chatcmpl-${chat.requestId}`,
  object: 'chat.completion',
  created,
  model: chat.model.name,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: chat.text, refusal: null },
      logprobs: null,
      finish_reason: FINISH[chat.finishReason],
    },
  ],
  usage: usageOf(chat.usage),
});

/** @param created seconds since 1970 */
export const completionAnswer = ({ chat }: ChatData, created: number) => ({
  id: `cmpl-${chat.requestId}`,
  object: 'text_completion',
  created,
  model: chat.model.name,
  choices: [{ index: 0, text: chat.text, logprobs: null, finish_reason: FINISH[chat.finishReason] }],
  usage: usageOf(chat.usage),
});

/**
 * Begins OpenAI's chunks of one stream: first the role, then the text as it comes, then why it ends.
 * @param created seconds since 1970
 * @param withUsage whether a last chunk tells the usage; every other one has a null in its place then
 */
export const chatChunks = (created: number, withUsage: boolean): ((data: ChatEventData) => Events) => {
  let begun = false;
  return ({ chat: { requestId, model, text, finishReason, usage } }) => {
    const chunk = (choices: readonly object[], counted: object | null = null) => ({
      id: `chatcmpl-${requestId}`,
      object: 'chat.completion.chunk',
      created,
      model: model.name,
      choices,
      ...(withUsage ? { usage: counted } : {}),
    });
    const choice = (delta: object, finish: string | null = null) => ({
      index: 0,
      delta,
      logprobs: null,
      finish_reason: finish,
    });
    const payloads = [
      ...(begun ? [] : [chunk([choice({ role: 'assistant', content: '' })])]),
      ...(text === '' ? [] : [chunk([choice({ content: text })])]),
      ...(finishReason === null ? [] : [chunk([choice({}, FINISH[finishReason])])]),
      ...(withUsage && usage ? [chunk([], usageOf(usage))] : []),
    ];
    begun = true;
    return { payloads, last: finishReason !== null };
  };
};
