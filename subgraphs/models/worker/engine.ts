import {
  LlamaChat,
  LlamaCompletion,
  resolveChatWrapper,
  type EvaluationPriority,
  type LlamaContextSequence,
  type Token,
} from 'node-llama-cpp';
import { answer } from './answer.ts';
import { gatherAndSort } from './batching.ts';
import { countPrompt, countSampled } from './meter.ts';
import { openModel } from './model.ts';
import type { Pace } from './pace.ts';
import { prefill } from './prefill.ts';
import { render, tokenize } from './prompt.ts';
import type { GenerateOptions, LoadOptions, Prompt, Reason } from './protocol.ts';
import { createScores, type Scores } from './scores.ts';
import { chooseSlot } from './slot-choice.ts';

/** A model in memory. */
export interface Engine {
  readonly contextSize: number;
  /** Tokens that a prompt becomes. */
  count(prompt: Prompt): number;
  /** A text as tokens, as it is. */
  tokenize(text: string): readonly number[];
  /**
   * Continues a prompt, at the pace of its reader.
   * @returns why it ended, and the tokens of the prompt that were remembered
   * @throws the signal's reason when it is aborted, within a chunk of the prompt or a token of the answer
   */
  generate(options: GenerateOptions, pace: Pace, signal: AbortSignal): Promise<Ending>;
}

interface Ending {
  readonly reason: Reason;
  readonly cachedTokens: number;
}

interface Slot {
  readonly index: number;
  readonly sequence: LlamaContextSequence;
  readonly chat: LlamaChat;
  readonly completion: LlamaCompletion;
  /** Whose conversation it remembers. */
  user: string | undefined;
  /** How many generations had been begun when it was given back. */
  usedAt: number;
  /** What it generates now. */
  running: Running | undefined;
}

interface Running {
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly scores: Scores | undefined;
  sampled: number;
}

const bestSlot = (free: readonly Slot[], user: string, prompt: Token[]): Slot => {
  const memories = free.map((slot) => ({
    slot,
    index: slot.index,
    user: slot.user,
    usedAt: slot.usedAt,
    remembered: slot.sequence.nextTokenIndex,
    shared: slot.sequence.compareContextTokens(prompt).firstDifferentIndex,
  }));
  const best = chooseSlot(memories, user, prompt.length);
  // The service sends at most as many generations at once as there are slots.
  if (!best) throw new Error('every sequence is busy');
  return best.slot;
};

interface Sampled {
  readonly token: Token;
  readonly probabilities?: ReadonlyMap<Token, number>;
}
const WITH_SCORES = { probabilities: true } as const;
const WITHOUT_SCORES = {} as const;

/**
 * Makes the sequence count every token that it samples, and wait before the next one while the reader lags. LlamaChat
 * has no hook that it waits for, but it draws its tokens from this one public method.
 */
const keepPace = (slot: Slot, busy: Set<Slot>): void => {
  const { sequence } = slot;
  sequence.evaluate = async function* (tokens, options) {
    const inner: AsyncGenerator<Sampled, void, void | Token | Token[]> = slot.running?.scores
      ? sequence.evaluateWithMetadata(tokens, WITH_SCORES, options)
      : sequence.evaluateWithMetadata(tokens, WITHOUT_SCORES, options);
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
        countSampled();
        slot.running?.pace.token();
        if (slot.running) slot.running.sampled += 1;
        if (value.probabilities) slot.running?.scores?.sampled(value.token, value.probabilities);
        replacement = (yield value.token) ?? undefined;
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
  const { llama } = model;
  const busy = new Set<Slot>();
  const context = await model.createContext({
    contextSize,
    sequences,
    threads: { ideal: threads, min: threads },
    batching: { itemPrioritizationStrategy: gatherAndSort(() => busy.size) },
  });
  // Resolved once: with a Jinja template it blocks for some 200 to 700 ms.
  const wrapper = resolveChatWrapper(model, { warningLogs: false });
  let begun = 0;
  const free = Array.from({ length: sequences }, (_, index): Slot => {
    const sequence = context.getSequence();
    const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: wrapper, autoDisposeSequence: false });
    const completion = new LlamaCompletion({ contextSequence: sequence, autoDisposeSequence: false });
    const slot: Slot = { index, sequence, chat, completion, user: undefined, usedAt: 0, running: undefined };
    keepPace(slot, busy);
    return slot;
  });

  return {
    contextSize: context.contextSize,
    count: (prompt) => render(wrapper, model, prompt).tokens.length,
    tokenize: (text) => tokenize(model, text),
    generate: async (options, pace, signal) => {
      const rendered = render(wrapper, model, options.prompt);
      const { tokens } = rendered;
      if (!options.again) countPrompt(tokens.length);
      const slot = bestSlot(free, options.user, tokens);
      free.splice(free.indexOf(slot), 1);
      busy.add(slot);
      begun += 1;
      // Typed 1 to 5, taken as any number: it carries the slot to the batching.
      const evaluationPriority = (slot.index + 1) as EvaluationPriority;
      try {
        if (slot.user !== options.user) await slot.sequence.clearHistory();
        slot.user = options.user;
        const cachedTokens = await prefill(slot.sequence, tokens, evaluationPriority, signal);
        const scores = options.scores === null ? undefined : createScores(model, options.scores);
        const running: Running = { pace, signal, scores, sampled: 0 };
        slot.running = running;
        const { chat, completion } = slot;
        const sampled = (): number => running.sampled;
        const desk = { llama, model, wrapper, chat, completion, evaluationPriority, pace, scores, signal, sampled };
        return { reason: await answer(rendered, options, desk), cachedTokens };
      } finally {
        slot.running = undefined;
        busy.delete(slot);
        slot.usedAt = begun;
        free.push(slot);
      }
    },
  };
};
