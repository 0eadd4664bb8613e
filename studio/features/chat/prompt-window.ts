import type { ChatMessageInput } from '#codegen/studio/graphql.ts';

/** Few enough bytes per token that small vocabularies, too, stay below the estimate for most texts. */
const BYTES_PER_TOKEN = 2.5;

/** What the model's template puts around each message. */
const TOKENS_PER_MESSAGE = 8;

/** The part of the context that a conversation may fill; the rest is for the answer. */
const PROMPT_SHARE = 0.5;

const encoder = new TextEncoder();

const estimate = ({ content }: ChatMessageInput): number =>
  encoder.encode(content).length / BYTES_PER_TOKEN + TOKENS_PER_MESSAGE;

/**
 * The latest messages that probably leave room for an answer. Only the model's own tokenizer, on the server, knows
 * for certain; it refuses what does not fit. The last message, the question, is always among them.
 * @param contextSize tokens that prompt and completion may have together
 */
export const promptWindow = (
  messages: readonly ChatMessageInput[],
  contextSize: number,
): { readonly messages: readonly ChatMessageInput[]; readonly leftOut: number } => {
  let room = contextSize * PROMPT_SHARE;
  let from = messages.length;
  while (from > 0) {
    const message = messages[from - 1];
    if (!message) break;
    room -= estimate(message);
    if (room < 0 && from < messages.length) break;
    from -= 1;
  }
  // An answer whose question is left out would be the first message: it goes with its question.
  if (messages[from]?.role === 'ASSISTANT') from += 1;
  return { messages: messages.slice(from), leftOut: from };
};
