import {
  LlamaText,
  type ChatHistoryItem,
  type ChatModelFunctionCall,
  type ChatModelFunctions,
  type ChatWrapper,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import { functionsOf } from './functions.ts';
import type { Prompt, Turn } from './protocol.ts';

/** How a prompt is continued: as the library's chat, or as bare tokens. */
export type Rendered =
  | {
      readonly kind: 'chat';
      readonly history: ChatHistoryItem[];
      readonly functions: ChatModelFunctions;
      readonly tokens: Token[];
    }
  | { readonly kind: 'text'; readonly tokens: Token[] };

type ModelItem = Extract<ChatHistoryItem, { readonly type: 'model' }>;

const callsOf = (turns: readonly Turn[], at: number): ChatModelFunctionCall[] => {
  const results = turns.slice(at + 1);
  return (turns[at]?.calls ?? []).map(({ id, name, arguments: given }, index) => ({
    type: 'functionCall',
    name,
    // The service has checked that it is JSON.
    params: JSON.parse(given),
    result: results.find(({ callId }) => callId === id)?.content ?? '',
    startsNewChunk: index === 0,
  }));
};

/** A conversation as the library has it: results of calls are part of the answer that called, which goes on after them. */
const historyOf = (turns: readonly Turn[]): ChatHistoryItem[] => {
  const history: ChatHistoryItem[] = [];
  let called: ModelItem | undefined;
  for (const [at, { role, content }] of turns.entries()) {
    if (role === 'TOOL') continue;
    if (role === 'ASSISTANT') {
      const answer: ModelItem = called ?? { type: 'model', response: [] };
      if (!called) history.push(answer);
      const calls = callsOf(turns, at);
      answer.response.push(...(content === '' ? [] : [content]), ...calls);
      called = calls.length > 0 ? answer : undefined;
    } else {
      called = undefined;
      history.push(role === 'SYSTEM' ? { type: 'system', text: content } : { type: 'user', text: content });
    }
  }
  if (!called) history.push({ type: 'model', response: [] });
  return history;
};

/** The token that the model wants before any text; null for most. */
const beginningOf = (model: LlamaModel): Token | null => (model.tokens.shouldPrependBosToken ? model.tokens.bos : null);

/** The text of a user as tokens: nothing in it is a control token, whatever it spells. */
export const tokenize = (model: LlamaModel, text: string): Token[] => model.tokenize(text, false);

export const render = (wrapper: ChatWrapper, model: LlamaModel, prompt: Prompt): Rendered => {
  if (prompt.kind === 'text') {
    const beginning = beginningOf(model);
    return { kind: 'text', tokens: [...(beginning === null ? [] : [beginning]), ...tokenize(model, prompt.text)] };
  }
  const history = historyOf(prompt.turns);
  const functions = functionsOf(prompt.tools);
  const { contextText } = wrapper.generateContextState({
    chatHistory: history,
    ...(prompt.tools.length > 0 ? { availableFunctions: functions, documentFunctionParams: true } : {}),
  });
  return { kind: 'chat', history, functions, tokens: contextText.tokenize(model.tokenizer) };
};

/** What LlamaCompletion is to be given for tokens: it puts the beginning before them itself. */
export const withoutBeginning = (model: LlamaModel, tokens: readonly Token[]): Token[] =>
  tokens.slice(beginningOf(model) !== null && tokens[0] === beginningOf(model) ? 1 : 0);

/** The tokens with which the model begins a call, before the function's name. */
export const callPrefix = ({ settings }: ChatWrapper, model: LlamaModel): Token[] =>
  LlamaText([settings.functions.parallelism?.call.sectionPrefix ?? '', settings.functions.call.prefix]).tokenize(
    model.tokenizer,
  );

/** The tokens of the name that was chosen, up to where the arguments begin. */
export const callHead = ({ settings }: ChatWrapper, model: LlamaModel, name: string): Token[] =>
  LlamaText([name, settings.functions.call.paramsPrefix]).tokenize(model.tokenizer);
