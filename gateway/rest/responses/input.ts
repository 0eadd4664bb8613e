import { StudioError } from '#mesh/errors.ts';
import { samplingInput, type Sampling } from '../sampling.ts';

type Content = string | readonly { readonly text: string }[];

type Item =
  | {
      readonly type?: 'message';
      readonly role: 'system' | 'developer' | 'user' | 'assistant';
      readonly content: Content;
    }
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: Content };

interface Tool {
  readonly name: string;
  readonly description?: string | null;
  readonly parameters?: unknown;
  readonly strict?: boolean | null;
}

/** The body of a request for a response, as far as it has an effect. */
export interface ResponseBody extends Omit<Sampling, 'max_tokens'> {
  readonly model: string;
  readonly input: string | readonly Item[];
  readonly instructions?: string | null;
  readonly max_output_tokens?: number | null;
  readonly stream?: boolean | null;
  readonly text?: {
    readonly format?: { readonly type: 'text' | 'json_object' | 'json_schema'; readonly schema?: unknown };
  } | null;
  readonly tools?: readonly Tool[] | null;
  readonly tool_choice?: 'none' | 'auto' | 'required' | { readonly name: string } | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly include?: readonly string[] | null;
  readonly top_logprobs?: number | null;
  readonly previous_response_id?: string | null;
  readonly conversation?: unknown;
  readonly metadata?: object | null;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}
interface Message {
  readonly role: 'SYSTEM' | 'USER' | 'ASSISTANT' | 'TOOL';
  readonly content: string;
  readonly toolCalls?: readonly Call[];
  readonly toolCallId?: string;
}

const ROLES = { system: 'SYSTEM', developer: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' } as const;

const textOf = (content: Content): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');

/** OpenAI's items as messages: calls are of the assistant's message that they come after, or of one of their own. */
const messagesOf = (items: readonly Item[]): readonly Message[] => {
  const messages: Message[] = [];
  for (const item of items) {
    if (item.type === 'function_call_output') {
      messages.push({ role: 'TOOL', content: textOf(item.output), toolCallId: item.call_id });
    } else if (item.type === 'function_call') {
      const call = { id: item.call_id, name: item.name, arguments: item.arguments };
      const last = messages.at(-1);
      if (last?.role === 'ASSISTANT')
        messages[messages.length - 1] = { ...last, toolCalls: [...(last.toolCalls ?? []), call] };
      else messages.push({ role: 'ASSISTANT', content: '', toolCalls: [call] });
    } else {
      messages.push({ role: ROLES[item.role], content: textOf(item.content) });
    }
  }
  return messages;
};

const formatInput = ({ text }: ResponseBody): object => {
  const format = text?.format;
  if (format?.type === 'json_schema') return { responseSchema: format.schema };
  return format?.type === 'json_object' ? { responseFormat: 'JSON_OBJECT' } : {};
};

const toolInput = ({ tools, tool_choice: choice, parallel_tool_calls: parallel }: ResponseBody) => ({
  ...(tools && tools.length > 0
    ? {
        tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
        parallelToolCalls: parallel,
      }
    : {}),
  ...(typeof choice === 'string' ? { toolChoice: choice.toUpperCase() } : {}),
  ...(typeof choice === 'object' && choice !== null ? { toolName: choice.name } : {}),
});

/**
 * The graph's input for a request.
 * @throws StudioError BAD_USER_INPUT where it builds on what we would have had to keep
 */
export const responseInput = (body: ResponseBody) => {
  const { instructions, input, include } = body;
  for (const argument of ['previous_response_id', 'conversation'] as const) {
    if (body[argument] === undefined || body[argument] === null) continue;
    const sentence = `No answers are kept here, so there is no ${argument}: send the conversation so far as input.`;
    throw new StudioError('BAD_USER_INPUT', sentence, { argument });
  }
  return {
    model: body.model,
    messages: [
      ...(typeof instructions === 'string' && instructions !== '' ? [{ role: 'SYSTEM', content: instructions }] : []),
      ...(typeof input === 'string' ? [{ role: 'USER', content: input }] : messagesOf(input)),
    ],
    maxTokens: body.max_output_tokens,
    ...samplingInput(body),
    ...(include?.includes('message.output_text.logprobs') === true
      ? { logprobs: true, topLogprobs: body.top_logprobs }
      : {}),
    ...formatInput(body),
    ...toolInput(body),
  };
};
