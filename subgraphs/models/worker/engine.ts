import {
  LlamaChat,
  resolveChatWrapper,
  type ChatHistoryItem,
  type ChatWrapper,
  type EvaluationPriority,
  type LlamaContextSequence,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import { gatherAndSort } from './batching.ts';
import { openModel } from './model.ts';
import type { Pace } from './pace.ts';
import { prefill } from './prefill.ts';
import type { GenerateOptions, LoadOptions, Turn } from './protocol.ts';

/** A model in memory. */
export interface Engine {
  readonly contextSize: number;
  /** Tokens of the prompt that a conversation becomes. */
  count(turns: readonly Turn[]): number;
  /**
   * Continues a conversation, at the pace of its reader.
   * @throws the signal's reason when it is aborted, within a chunk of the prompt or a token of the answer
   */
  generate(options: GenerateOptions, pace: Pace, signal: AbortSignal): Promise<'stop' | 'length'>;
}

interface Slot {
  readonly index: number;
  readonly sequence: LlamaContextSequence;
  readonly chat: LlamaChat;
  /** What it generates now. */
  running: { readonly pace: Pace; readonly signal: AbortSignal } | undefined;
}

const historyItem = ({ role, content }: Turn): ChatHistoryItem => {
  switch (role) {
    case 'SYSTEM':
      return { type: 'system', text: content };
    case 'USER':
      return { type: 'user', text: content };
    case 'ASSISTANT':
      return { type: 'model', response: [content] };
  }
};

const historyOf = (turns: readonly Turn[]): ChatHistoryItem[] => [
  ...turns.map(historyItem),
  { type: 'model', response: [] },
];

const promptOf = (wrapper: ChatWrapper, model: LlamaModel, turns: readonly Turn[]): Token[] =>
  wrapper.generateContextState({ chatHistory: historyOf(turns) }).contextText.tokenize(model.tokenizer);

/** The free slot that remembers most of the prompt; of equals the lowest, since gaps split llama.cpp's batches. */
const bestSlot = (free: readonly Slot[], prompt: Token[]): Slot => {
  const [first, ...others] = free.toSorted((one, other) => one.index - other.index);
  // The service sends at most as many generations at once as there are slots.
  if (!first) throw new Error('every sequence is busy');
  const remembered = ({ sequence }: Slot): number => sequence.compareContextTokens(prompt).firstDifferentIndex;
  return others.reduce((best, slot) => (remembered(slot) > remembered(best) ? slot : best), first);
};

/**
 * Makes the sequence count every token that it samples, and wait before the next one while the reader lags. LlamaChat
 * has no hook that it waits for, but it draws its tokens from this one public method.
 */
const keepPace = (slot: Slot, busy: Set<Slot>): void => {
  const evaluate = slot.sequence.evaluate.bind(slot.sequence);
  slot.sequence.evaluate = async function* (tokens, options) {
    const inner = evaluate(tokens, options);
    let replacement: Token | Token[] | undefined;
    try {
      for (;;) {
        const may = slot.running?.pace.ready();
        if (may instanceof Promise) {
          // A sequence that stands still must not be waited for by the batches of the others.
          busy.delete(slot);
          await may;
          busy.add(slot);
        }
        slot.running?.signal.throwIfAborted();
        const { done, value } = replacement === undefined ? await inner.next() : await inner.next(replacement);
        if (done) return;
        slot.running?.pace.token();
        replacement = (yield value) ?? undefined;
      }
    } finally {
      await inner.return();
    }
  };
};

/**
 * Loads a model.
 * @param onError told what llama.cpp says of errors; the library's own exceptions hold no reason
 * @throws Error when it cannot be loaded
 */
export const loadEngine = async (options: LoadOptions, onError: (line: string) => void): Promise<Engine> => {
  const { contextSize, sequences, threads } = options;
  const model = await openModel(options, onError);
  const busy = new Set<Slot>();
  const context = await model.createContext({
    contextSize,
    sequences,
    threads: { ideal: threads, min: threads },
    batching: { itemPrioritizationStrategy: gatherAndSort(() => busy.size) },
  });
  // Resolved once: with a Jinja template it blocks for some 200 to 700 ms.
  const wrapper = resolveChatWrapper(model, { warningLogs: false });
  const free = Array.from({ length: sequences }, (_, index): Slot => {
    const sequence = context.getSequence();
    const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: wrapper, autoDisposeSequence: false });
    const slot: Slot = { index, sequence, chat, running: undefined };
    keepPace(slot, busy);
    return slot;
  });

  return {
    contextSize: context.contextSize,
    count: (turns) => promptOf(wrapper, model, turns).length,
    generate: async ({ turns, maxTokens, sampling, stop }, pace, signal) => {
      const prompt = promptOf(wrapper, model, turns);
      const slot = bestSlot(free, prompt);
      free.splice(free.indexOf(slot), 1);
      busy.add(slot);
      // Typed 1 to 5, taken as any number: it carries the slot to the batching.
      const evaluationPriority = (slot.index + 1) as EvaluationPriority;
      try {
        await prefill(slot.sequence, prompt, evaluationPriority, signal);
        slot.running = { pace, signal };
        const { metadata } = await slot.chat.generateResponse(historyOf(turns), {
          maxTokens,
          temperature: sampling.temperature,
          topP: sampling.topP,
          topK: sampling.topK,
          minP: 0,
          seed: sampling.seed,
          repeatPenalty: sampling.repeatPenalty === 1 ? false : { penalty: sampling.repeatPenalty },
          customStopTriggers: stop,
          onTextChunk: (text) => pace.text(text),
          signal,
          evaluationPriority,
        });
        return metadata.stopReason === 'maxTokens' ? 'length' : 'stop';
      } finally {
        slot.running = undefined;
        busy.delete(slot);
        free.push(slot);
      }
    },
  };
};
