import { randomInt } from 'node:crypto';
import type { ChatInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';
import type { Sampling } from './worker/protocol.ts';

/** How an answer is written, whatever to. */
export interface Decoding {
  /** Null: as many as the context holds. */
  readonly maxTokens: number | null;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
  /** How many of the likeliest tokens to tell beside each; null tells of none. */
  readonly scores: number | null;
}

const MAX_STOPS = 8;
const MAX_STOP_LENGTH = 64;
const MAX_INT = 2_147_483_647;
const MAX_TOP = 20;
export const DEFAULTS = { temperature: 0.7, topP: 0.95, topK: 40, repeatPenalty: 1 } as const;

/** GraphQL means the same by an argument that is null and one that is left out. */
const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

const readStops = (stop: ChatInput['stop']): readonly string[] => {
  const texts = stop ?? [];
  if (texts.length > MAX_STOPS) return refuse('stop', `stop has ${texts.length} texts; it may have ${MAX_STOPS}.`);
  const wrong = texts.findIndex((text) => text.length === 0 || text.length > MAX_STOP_LENGTH);
  if (wrong === -1) return texts.map((text) => text.toWellFormed());
  return refuse('stop', `stop[${wrong}] has ${texts[wrong]?.length} characters; it must have 1 to ${MAX_STOP_LENGTH}.`);
};

const readScores = ({ logprobs, topLogprobs }: Pick<ChatInput, 'logprobs' | 'topLogprobs'>): number | null => {
  const top = within('topLogprobs', topLogprobs ?? 0, 0, MAX_TOP);
  if (logprobs === true) return top;
  return top === 0 ? null : refuse('topLogprobs', 'topLogprobs needs logprobs.');
};

type Parameters = Pick<
  ChatInput,
  'maxTokens' | 'temperature' | 'topP' | 'topK' | 'repeatPenalty' | 'seed' | 'stop' | 'logprobs' | 'topLogprobs'
>;

/** @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds */
export const readSampling = (input: Parameters): Decoding => {
  const topP = within('topP', input.topP ?? DEFAULTS.topP, 0, 1);
  if (topP === 0) return refuse('topP', 'topP is 0; it must be over 0, to 1.');
  return {
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
    scores: readScores(input),
  };
};
