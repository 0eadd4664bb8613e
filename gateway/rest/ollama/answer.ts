import type { ToolCall, Usage } from '../answer.ts';
import { FINISH } from '../answer.ts';
import type { ChatData, ChatEventData } from '../chat.ts';
import type { Events } from '../route.ts';

/** How a route shows what was said: as a message, or as a text. */
export type Saying = (text: string, calls: readonly ToolCall[]) => object;

export const asMessage: Saying = (content, calls) => ({
  message: {
    role: 'assistant',
    content,
    ...(calls.length > 0
      ? {
          tool_calls: calls.map(({ id, name, arguments: given }) => ({
            id,
            function: { name, arguments: JSON.parse(given) },
          })),
        }
      : {}),
  },
});

export const asText: Saying = (response) => ({ response });

const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6);

/** @param from when the request began @param first when its first piece was there; both of `performance.now()` */
const endOf = (
  finish: keyof typeof FINISH,
  { promptTokens, completionTokens }: Usage,
  from: number,
  first?: number,
) => {
  const now = performance.now();
  return {
    done: true,
    // Ollama knows no end of its own for calls.
    done_reason: FINISH[finish] === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(now - from),
    prompt_eval_count: promptTokens,
    eval_count: completionTokens,
    ...(first === undefined
      ? {}
      : { prompt_eval_duration: nanoseconds(first - from), eval_duration: nanoseconds(now - first) }),
  };
};

const headOf = ({ name }: { readonly name: string }) => ({ model: name, created_at: new Date().toISOString() });

/** @param from when the request began, of `performance.now()` */
export const wholeAnswer = (say: Saying, { chat }: ChatData, from: number) => {
  const [choice] = chat.choices;
  return {
    ...headOf(chat.model),
    ...say(choice?.text ?? '', choice?.message.toolCalls ?? []),
    ...endOf(choice?.finishReason ?? 'STOP', chat.usage, from),
  };
};

/** Begins the lines of one stream. @param from when the request began, of `performance.now()` */
export const answerLines = (say: Saying, from: number): ((data: ChatEventData) => Events) => {
  let first: number | undefined;
  return ({ chat: { model, text, toolCalls, finishReason, usage } }) => {
    first ??= performance.now();
    const said = text !== '' || toolCalls.length > 0;
    const payloads = [
      ...(said ? [{ ...headOf(model), ...say(text, toolCalls), done: false }] : []),
      ...(usage ? [{ ...headOf(model), ...say('', []), ...endOf(finishReason ?? 'STOP', usage, from, first) }] : []),
    ];
    return { payloads, last: usage !== null };
  };
};
