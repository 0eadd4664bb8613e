import { FINISH, PIECES, usageOf, type Finish, type Score, type ToolCall, type Usage } from './answer.ts';
import type { Events } from './route.ts';
import { samplingInput, type Sampling } from './sampling.ts';

/** The body of a chat, as far as it has an effect. */
export interface ChatBody extends Sampling {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly max_completion_tokens?: number | null;
  readonly n?: number | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
  readonly response_format?: ResponseFormat | null;
  readonly tools?: readonly { readonly function: ToolFunction }[] | null;
  readonly tool_choice?: 'none' | 'auto' | 'required' | { readonly function: { readonly name: string } } | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly content?: string | readonly { readonly text: string }[] | null;
  readonly tool_calls?:
    | readonly { readonly id: string; readonly function: { readonly name: string; readonly arguments: string } }[]
    | null;
  readonly tool_call_id?: string;
}

type ResponseFormat =
  | { readonly type: 'text' | 'json_object' }
  | { readonly type: 'json_schema'; readonly json_schema: { readonly schema: unknown } };

interface ToolFunction {
  readonly name: string;
  readonly description?: string | null;
  readonly parameters?: unknown;
}

/** What `CHAT` selects. */
export interface ChatData {
  readonly chat: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly choices: readonly {
      readonly index: number;
      readonly text: string;
      readonly message: { readonly toolCalls: readonly ToolCall[] };
      readonly logprobs: readonly Score[] | null;
      readonly finishReason: Finish;
    }[];
    readonly usage: Usage;
  };
}

/** What each event of `CHAT_STREAM` selects. */
export interface ChatEventData {
  readonly chat: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly choice: number;
    readonly text: string;
    readonly toolCalls: readonly ToolCall[];
    readonly logprobs: readonly Score[] | null;
    readonly finishReason: Finish | null;
    readonly usage: Usage | null;
  };
}

export const CHAT = /* GraphQL */ `
  mutation RestChat($input: ChatInput!) {
    chat(input: $input) {
      ${PIECES.whole}
    }
  }
`;
export const CHAT_STREAM = /* GraphQL */ `
  subscription RestChatStream($input: ChatInput!) {
    chat(input: $input) {
      ${PIECES.event}
    }
  }
`;

const ROLES = { system: 'SYSTEM', developer: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT', tool: 'TOOL' } as const;

const textOf = (content: Message['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n');

const messageInput = ({ role, content, tool_calls: calls, tool_call_id: toolCallId }: Message) => ({
  role: ROLES[role],
  content: textOf(content),
  ...(calls ? { toolCalls: calls.map(({ id, function: called }) => ({ id, ...called })) } : {}),
  ...(toolCallId === undefined ? {} : { toolCallId }),
});

const formatInput = (format: ChatBody['response_format']): object => {
  if (format?.type === 'json_schema') return { responseSchema: format.json_schema.schema };
  return format?.type === 'json_object' ? { responseFormat: 'JSON_OBJECT' } : {};
};

const toolInput = ({ tools, tool_choice: choice, parallel_tool_calls: parallel }: ChatBody) => ({
  ...(tools && tools.length > 0
    ? {
        tools: tools.map(({ function: { name, description, parameters } }) => ({ name, description, parameters })),
        parallelToolCalls: parallel,
      }
    : {}),
  ...(typeof choice === 'string' ? { toolChoice: choice.toUpperCase() } : {}),
  ...(typeof choice === 'object' && choice !== null ? { toolName: choice.function.name } : {}),
});

/** The graph's input for a body in OpenAI's names. */
export const chatInput = (body: ChatBody) => ({
  model: body.model,
  messages: body.messages.map(messageInput),
  maxTokens: body.max_completion_tokens ?? body.max_tokens,
  ...samplingInput(body),
  ...(body.n === undefined ? {} : { n: body.n }),
  ...(body.logprobs === undefined ? {} : { logprobs: body.logprobs }),
  ...(body.top_logprobs === undefined ? {} : { topLogprobs: body.top_logprobs }),
  ...formatInput(body.response_format),
  ...toolInput(body),
});

/** OpenAI's call of a function. */
const callOf = ({ id, name, arguments: given }: ToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: given },
});

/** A character that several tokens make up has no bytes of its own in each of them. */
const bytesOf = (token: string): readonly number[] | null =>
  token.includes('\uFFFD') ? null : [...Buffer.from(token)];

/** How likely the tokens were, as OpenAI tells it. */
export const scoresOf = (scores: readonly Score[]) =>
  scores.map(({ token, logprob, top }) => ({
    token,
    logprob,
    bytes: bytesOf(token),
    top_logprobs: top.map((other) => ({ token: other.token, logprob: other.logprob, bytes: bytesOf(other.token) })),
  }));

const logprobsOf = (scores: readonly Score[] | null) => scores && { content: scoresOf(scores), refusal: null };

/** @param created seconds since 1970 */
export const chatAnswer = ({ chat }: ChatData, created: number) => ({
  id: `chatcmpl-${chat.requestId}`,
  object: 'chat.completion',
  created,
  model: chat.model.name,
  choices: chat.choices.map(({ index, text, message: { toolCalls }, logprobs, finishReason }) => ({
    index,
    message: {
      role: 'assistant',
      // A message that calls has nothing to say besides, and says so by a null.
      content: text === '' && toolCalls.length > 0 ? null : text,
      refusal: null,
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(callOf) } : {}),
    },
    logprobs: logprobsOf(logprobs),
    finish_reason: FINISH[finishReason],
  })),
  usage: usageOf(chat.usage),
});

/**
 * Begins OpenAI's chunks of one stream: of each choice first the role, then the text as it comes, then why it ends.
 * @param created seconds since 1970
 * @param withUsage whether a last chunk tells the usage; every other one has a null in its place then
 */
export const chatChunks = (created: number, withUsage: boolean): ((data: ChatEventData) => Events) => {
  const begun = new Set<number>();
  let calls = 0;
  return ({ chat: { requestId, model, choice: index, text, toolCalls, logprobs, finishReason, usage } }) => {
    const chunk = (choices: readonly object[], counted: object | null = null) => ({
      id: `chatcmpl-${requestId}`,
      object: 'chat.completion.chunk',
      created,
      model: model.name,
      choices,
      ...(withUsage ? { usage: counted } : {}),
    });
    const choice = (delta: object, finish: string | null = null, scores: readonly Score[] | null = null) => ({
      index,
      delta,
      logprobs: logprobsOf(scores),
      finish_reason: finish,
    });
    const isNew = !begun.has(index);
    if (isNew) calls = 0;
    begun.add(index);
    const told = text !== '' || (logprobs !== null && logprobs.length > 0);
    const payloads = [
      ...(isNew ? [chunk([choice({ role: 'assistant', content: '' })])] : []),
      ...(told ? [chunk([choice({ content: text }, null, logprobs)])] : []),
      ...toolCalls.map((call) => chunk([choice({ tool_calls: [{ index: calls++, ...callOf(call) }] })])),
      ...(finishReason === null ? [] : [chunk([choice({}, FINISH[finishReason])])]),
      ...(withUsage && usage ? [chunk([], usageOf(usage))] : []),
    ];
    return { payloads, last: usage !== null };
  };
};
