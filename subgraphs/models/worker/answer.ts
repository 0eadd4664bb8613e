import { randomUUID } from 'node:crypto';
import type {
  ChatWrapper,
  EvaluationPriority,
  Llama,
  LlamaChat,
  LlamaCompletion,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import type { Pace } from './pace.ts';
import { callHead, callPrefix, withoutBeginning, type Rendered } from './prompt.ts';
import type { Call, Form, GenerateOptions, Prompt, Reason } from './protocol.ts';
import type { Scores } from './scores.ts';

/** What an answer is made with. */
export interface Desk {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly wrapper: ChatWrapper;
  readonly chat: LlamaChat;
  readonly completion: LlamaCompletion;
  readonly evaluationPriority: EvaluationPriority;
  readonly pace: Pace;
  readonly scores: Scores | undefined;
  readonly signal: AbortSignal;
  /** Tokens that were sampled for this answer so far. */
  sampled(): number;
}

const callOf = (name: string, given: unknown): Call => ({
  id: `call_${randomUUID().replaceAll('-', '')}`,
  name,
  arguments: JSON.stringify(given ?? {}),
});

const samplingOf = ({ sampling }: GenerateOptions) => ({
  temperature: sampling.temperature,
  topP: sampling.topP,
  topK: sampling.topK,
  minP: 0,
  seed: sampling.seed,
  repeatPenalty: sampling.repeatPenalty === 1 ? (false as const) : { penalty: sampling.repeatPenalty },
});

const reasonOf = (stopReason: string): Reason => {
  if (stopReason === 'maxTokens') return 'length';
  return stopReason === 'functionCalls' ? 'calls' : 'stop';
};

const listeners = ({ pace, scores }: Desk) => ({
  onTextChunk: (text: string) => pace.text(text),
  ...(scores ? { onToken: (tokens: Token[]) => scores.released(tokens).forEach((score) => pace.score(score)) } : {}),
});

const converse = async (
  { history, functions }: Extract<Rendered, { readonly kind: 'chat' }>,
  form: Exclude<Form, { readonly kind: 'call' }>,
  options: GenerateOptions,
  desk: Desk,
): Promise<Reason> => {
  const common = {
    ...samplingOf(options),
    ...listeners(desk),
    maxTokens: options.maxTokens,
    customStopTriggers: options.stop,
    signal: desk.signal,
    evaluationPriority: desk.evaluationPriority,
  };
  if (form.kind === 'grammar') {
    const grammar = await desk.llama.createGrammar({ grammar: form.grammar });
    const { metadata } = await desk.chat.generateResponse(history, { ...common, grammar });
    return reasonOf(metadata.stopReason);
  }
  if (Object.keys(functions).length === 0) {
    const { metadata } = await desk.chat.generateResponse(history, common);
    return reasonOf(metadata.stopReason);
  }
  const { metadata } = await desk.chat.generateResponse(history, {
    ...common,
    functions,
    documentFunctionParams: true,
    maxParallelFunctionCalls: form.mostCalls,
    onFunctionCall: ({ functionName, params }) => desk.pace.call(callOf(functionName, params)),
  });
  return reasonOf(metadata.stopReason);
};

/** Continues bare tokens; what it writes is told to nobody but the caller. */
const write = async (
  tokens: readonly Token[],
  grammar: string | null,
  options: GenerateOptions,
  desk: Desk,
): Promise<{ readonly text: string; readonly reason: Reason }> => {
  const { response, metadata } = await desk.completion.generateCompletionWithMeta(
    withoutBeginning(desk.model, tokens),
    {
      ...samplingOf(options),
      maxTokens: options.maxTokens - desk.sampled(),
      signal: desk.signal,
      evaluationPriority: desk.evaluationPriority,
      // Its default cuts the prompt by a tenth of the context.
      contextShiftSize: 0,
      ...(grammar === null
        ? { ...listeners(desk), customStopTriggers: options.stop }
        : { grammar: await desk.llama.createGrammar({ grammar }) }),
    },
  );
  return { text: response, reason: reasonOf(metadata.stopReason) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Begins the call for the model, in the words that it was trained on, and holds what is left to grammars. */
const callOne = async (
  prompt: Extract<Prompt, { readonly kind: 'chat' }>,
  { names, choice }: Extract<Form, { readonly kind: 'call' }>,
  tokens: readonly Token[],
  options: GenerateOptions,
  desk: Desk,
): Promise<Reason> => {
  const begun = [...tokens, ...callPrefix(desk.wrapper, desk.model)];
  const [only, another] = names;
  const name = another === undefined ? only : (await write(begun, choice, options, desk)).text.trim();
  const tool = prompt.tools.find((one) => one.name === name);
  if (!tool || desk.sampled() >= options.maxTokens) return 'length';
  const { text } = await write(
    [...begun, ...callHead(desk.wrapper, desk.model, tool.name)],
    tool.grammar,
    options,
    desk,
  );
  const given = parsed(text);
  // Cut short: half a call is none.
  if (given === undefined) return 'length';
  desk.pace.call(callOf(tool.name, given));
  return 'calls';
};

/** Answers a prompt in the form that was asked for, by way of the pace. @throws the signal's reason */
export const answer = async (rendered: Rendered, options: GenerateOptions, desk: Desk): Promise<Reason> => {
  const { prompt, form } = options;
  if (rendered.kind === 'text' || prompt.kind === 'text')
    return (await write(rendered.tokens, null, options, desk)).reason;
  if (form.kind === 'call') return callOne(prompt, form, rendered.tokens, options, desk);
  return converse(rendered, form, options, desk);
};
