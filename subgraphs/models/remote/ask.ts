import { refuse } from '../bounds.ts';
import { DEFAULTS } from '../decoding.ts';
import type { Call, Form, GenerateOptions, Prompt, Tool, Turn } from '../worker/protocol.ts';

const ROLES = { SYSTEM: 'system', USER: 'user', ASSISTANT: 'assistant', TOOL: 'tool' } as const;

const callOf = ({ id, name, arguments: given }: Call) => ({
  id,
  type: 'function',
  function: { name, arguments: given },
});

const messageOf = ({ role, content, calls, callId }: Turn) => ({
  role: ROLES[role],
  content: calls && content === '' ? null : content,
  ...(calls ? { tool_calls: calls.map(callOf) } : {}),
  ...(callId === undefined ? {} : { tool_call_id: callId }),
});

const toolOf = ({ name, description, parameters }: Tool) => ({
  type: 'function',
  function: { name, ...(description === null ? {} : { description }), parameters },
});

const formOf = (form: Form, hasTools: boolean) => {
  switch (form.kind) {
    case 'free':
      return hasTools && form.mostCalls === 1 ? { parallel_tool_calls: false } : {};
    case 'grammar':
      return {
        response_format:
          form.schema === null
            ? { type: 'json_object' }
            : { type: 'json_schema', json_schema: { name: 'answer', schema: form.schema, strict: true } },
      };
    case 'call': {
      const [name] = form.names;
      const one = form.names.length === 1 && name !== undefined;
      return { tool_choice: one ? { type: 'function', function: { name } } : 'required', parallel_tool_calls: false };
    }
  }
};

/** What is asked of a server. */
export interface RemoteAsk {
  readonly path: string;
  readonly body: object;
}

/** How an answer is wanted. */
export type Wish = Pick<GenerateOptions, 'form' | 'scores' | 'maxTokens' | 'sampling' | 'stop'>;

/**
 * A generation in OpenAI's words. What is not among them is said only where it is asked for: `top_k`, and the penalty of
 * repetition by the names that llama-server and vLLM have for it.
 * @param model as the server calls it
 * @param room the most completion tokens that can come; asked for as many, the server is left to its own bound
 * @throws StudioError BAD_USER_INPUT for what has no words there
 */
export const askOf = (
  model: string,
  prompt: Prompt,
  { form, scores, maxTokens, sampling, stop }: Wish,
  room: number,
): RemoteAsk => {
  const common = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens < room ? { max_tokens: maxTokens } : {}),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    // Some read it as a signed number of 32 bits.
    seed: sampling.seed & 0x7f_ff_ff_ff,
    ...(sampling.topK === DEFAULTS.topK ? {} : { top_k: sampling.topK }),
    ...(sampling.repeatPenalty === DEFAULTS.repeatPenalty
      ? {}
      : { repeat_penalty: sampling.repeatPenalty, repetition_penalty: sampling.repeatPenalty }),
    ...(stop.length > 0 ? { stop } : {}),
  };
  if (prompt.kind === 'text') {
    if (scores !== null) return refuse('logprobs', 'The servers of a remote model tell no logprobs of a completion.');
    return { path: '/completions', body: { ...common, prompt: prompt.text } };
  }
  const { turns, tools } = prompt;
  return {
    path: '/chat/completions',
    body: {
      ...common,
      messages: turns.map(messageOf),
      ...(tools.length > 0 ? { tools: tools.map(toolOf) } : {}),
      ...formOf(form, tools.length > 0),
      ...(scores === null ? {} : { logprobs: true, top_logprobs: scores }),
    },
  };
};
