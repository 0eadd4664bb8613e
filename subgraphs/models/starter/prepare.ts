import { END_OF_TEXT, TURN_END, TURN_START } from '../gguf/vocabulary.ts';
import type { Conversation } from './corpus.ts';

/** A corpus as the trainer reads it: files of numbers in the machine's byte order. */
export interface TrainingData {
  readonly tokens: Uint16Array;
  /** 1 for a token that the assistant writes, which is what is learned; 0 for the rest. */
  readonly learned: Uint8Array;
  /** Where each conversation begins. */
  readonly starts: Uint32Array;
}

/** Encodes conversations as ChatML, each after an end-of-text token, as the prompt of a chat begins. */
export const prepare = (
  conversations: readonly Conversation[],
  encode: (text: string) => readonly number[],
): TrainingData => {
  const tokens: number[] = [];
  const learned: number[] = [];
  const put = (ids: readonly number[], answer: boolean): void => {
    for (const id of ids) {
      tokens.push(id);
      learned.push(answer ? 1 : 0);
    }
  };
  const starts = conversations.map((conversation) => {
    const start = tokens.length;
    put([END_OF_TEXT], false);
    conversation.forEach(({ role, content }, at) => {
      // The result of a call and what is said after it go on with the turn that called.
      if (role === 'result') return put(encode(`\n||result: ${content}\n`), false);
      const answer = role === 'assistant';
      if (conversation[at - 1]?.role !== 'result') put([TURN_START, ...encode(`${role}\n`)], false);
      put(encode(content), answer);
      if (conversation[at + 1]?.role === 'result') return;
      put([TURN_END], answer);
      put(encode('\n'), false);
    });
    return start;
  });
  return {
    tokens: Uint16Array.from(tokens),
    learned: Uint8Array.from(learned),
    starts: Uint32Array.from(starts),
  };
};
