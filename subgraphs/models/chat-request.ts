import { randomInt } from 'node:crypto';
import type { ChatInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';
import type { Sampling, Turn } from './worker/protocol.ts';

/** A chat that may be run. */
export interface ChatRequest {
  readonly model: string;
  readonly turns: readonly Turn[];
  /** Null: as many as the context holds. */
  readonly maxTokens: number | null;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
}

const MAX_MESSAGES = 1_000;
const MAX_CONTENT_BYTES = 262_144;
const MAX_STOPS = 8;
const MAX_STOP_LENGTH = 64;
const MAX_INT = 2_147_483_647;
const DEFAULTS = { temperature: 0.7, topP: 0.95, topK: 40, repeatPenalty: 1 } as const;

/** GraphQL means the same by an argument that is null and one that is left out. */
const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

const readTurns = (messages: ChatInput['messages']): readonly Turn[] => {
  if (messages.length === 0) return refuse('messages', 'messages is empty; it must end with a message of the user.');
  if (messages.length > MAX_MESSAGES) {
    return refuse('messages', `messages has ${messages.length} entries; it may have ${MAX_MESSAGES}.`);
  }
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > MAX_CONTENT_BYTES) {
    return refuse('messages', `messages holds ${bytes} bytes of content; it may hold ${MAX_CONTENT_BYTES}.`);
  }
  const empty = messages.findIndex(({ content }) => content === '');
  if (empty !== -1) return refuse('messages', `messages[${empty}].content is empty.`);
  if (messages.at(-1)?.role !== 'USER') return refuse('messages', 'The last of the messages must be of the role USER.');
  return messages.map(({ role, content }) => ({ role, content }));
};

const readStops = (stop: ChatInput['stop']): readonly string[] => {
  const texts = stop ?? [];
  if (texts.length > MAX_STOPS) return refuse('stop', `stop has ${texts.length} texts; it may have ${MAX_STOPS}.`);
  const wrong = texts.findIndex((text) => text.length === 0 || text.length > MAX_STOP_LENGTH);
  if (wrong === -1) return texts;
  return refuse('stop', `stop[${wrong}] has ${texts[wrong]?.length} characters; it must have 1 to ${MAX_STOP_LENGTH}.`);
};

/**
 * Validates what a client asks for.
 * @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds
 */
export const readChatRequest = (input: ChatInput): ChatRequest => {
  const topP = within('topP', input.topP ?? DEFAULTS.topP, 0, 1);
  if (topP === 0) return refuse('topP', 'topP is 0; it must be over 0, to 1.');
  return {
    model: input.model,
    turns: readTurns(input.messages),
    maxTokens: given(input.maxTokens) ? within('maxTokens', input.maxTokens, 1, MAX_INT) : null,
    sampling: {
      temperature: within('temperature', input.temperature ?? DEFAULTS.temperature, 0, 2),
      topP,
      topK: within('topK', input.topK ?? DEFAULTS.topK, 0, 1_000),
      repeatPenalty: within('repeatPenalty', input.repeatPenalty ?? DEFAULTS.repeatPenalty, 0.1, 2),
      // The sampler takes 32 unsigned bits; without a seed every chat has one of its own.
      seed: given(input.seed) ? input.seed >>> 0 : randomInt(2 ** 32),
    },
    stop: readStops(input.stop),
  };
};
