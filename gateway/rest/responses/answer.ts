import { FINISH, type Finish, type Score, type ToolCall, type Usage } from '../answer.ts';
import { scoresOf, type ChatData } from '../chat.ts';
import type { ResponseBody } from './input.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

/** What an answer is of: the request, and what is known of it from its first event on. */
export interface Answering {
  readonly body: ResponseBody;
  readonly requestId: string;
  readonly model: { readonly name: string };
  /** Seconds since 1970. */
  readonly created: number;
}

export const partOf = (text: string, scores: readonly Score[] = []) => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: scoresOf(scores),
});

/** @param at its place in the output */
export const messageItem = (requestId: string, at: number, status: Status, content: readonly object[]) => ({
  type: 'message',
  id: `msg_${requestId}_${at}`,
  status,
  role: 'assistant',
  content,
});

export const callItem = (requestId: string, at: number, status: Status, { id, name, arguments: given }: ToolCall) => ({
  type: 'function_call',
  id: `fc_${requestId}_${at}`,
  call_id: id,
  name,
  arguments: given,
  status,
});

/** An answer that was cut short says so, and the message that it ended in as well. */
export const statusOf = (finish: Finish): Status => (FINISH[finish] === 'length' ? 'incomplete' : 'completed');

const usageOf = ({ promptTokens, cachedTokens, completionTokens, totalTokens }: Usage) => ({
  input_tokens: promptTokens,
  input_tokens_details: { cached_tokens: cachedTokens },
  output_tokens: completionTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: totalTokens,
});

const toolOf = ({
  name,
  description = null,
  parameters = null,
  strict = null,
}: NonNullable<ResponseBody['tools']>[0]) => ({
  type: 'function',
  name,
  description,
  parameters,
  strict,
});

/** The response as it stands. @param usage null while it is in progress */
export const responseOf = (
  { body, requestId, model, created }: Answering,
  status: Status,
  output: readonly object[],
  usage: Usage | null,
) => ({
  id: `resp_${requestId}`,
  object: 'response',
  created_at: created,
  status,
  background: false,
  error: null,
  incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
  instructions: body.instructions ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  model: model.name,
  output,
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: null,
  store: false,
  temperature: body.temperature ?? null,
  text: { format: body.text?.format ?? { type: 'text' } },
  tool_choice: body.tool_choice ?? 'auto',
  tools: (body.tools ?? []).map(toolOf),
  top_p: body.top_p ?? null,
  truncation: 'disabled',
  metadata: body.metadata ?? {},
  usage: usage && usageOf(usage),
});

/** @param created seconds since 1970 */
export const responseAnswer = (body: ResponseBody, { chat }: ChatData, created: number) => {
  const { requestId, model, choices, usage } = chat;
  const [choice] = choices;
  const calls = choice?.message.toolCalls ?? [];
  const text = choice?.text ?? '';
  const status = statusOf(choice?.finishReason ?? 'STOP');
  // A message that calls has nothing to say besides.
  const said =
    text === '' && calls.length > 0 ? [] : [messageItem(requestId, 0, status, [partOf(text, choice?.logprobs ?? [])])];
  const called = calls.map((call, index) => callItem(requestId, said.length + index, 'completed', call));
  return responseOf({ body, requestId, model, created }, status, [...said, ...called], usage);
};
