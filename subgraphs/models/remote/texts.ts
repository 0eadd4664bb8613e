import { z } from 'zod';
import { refuse } from '../bounds.ts';
import type { OpenTexts } from '../open-texts.ts';
import { readUsage } from './chunk.ts';
import { estimateText } from './estimate.ts';
import { brokenOff } from './failure.ts';
import type { ServerAnswer, Servers } from './servers.ts';

/** Texts of one request to a server. */
const AT_ONCE = 32;
/** Of a vector on the wire: 16,384 numbers of some 24 characters. */
const MOST_BYTES_PER_TEXT = 393_216;
const MOST_NUMBERS = 16_384;

const Answer = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).min(1).max(MOST_NUMBERS) })),
  usage: z.unknown(),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const textOf = async ({ chunks }: ServerAnswer, most: number): Promise<string | null> => {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) return null;
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Texts whose vectors a model's servers make, some at once. They count tokens when they answer.
 * @throws StudioError BAD_USER_INPUT for a text that cannot fit, however few tokens it has
 */
export const openRemoteTexts = (
  servers: Servers,
  { name, model, contextSize }: { readonly name: string; readonly model: string; readonly contextSize: number },
  texts: readonly string[],
): OpenTexts => {
  const estimates = texts.map((text) => estimateText(text, contextSize));
  const vectors = new Map<number, Float32Array>();
  let counted = 0;
  /** Of the request under way, which the server reads to its end though nobody waits. */
  let underWay = 0;

  const fetchFrom = async (from: number, signal: AbortSignal): Promise<void> => {
    const input = texts.slice(from, from + AT_ONCE);
    const some = estimates.slice(from, from + AT_ONCE);
    underWay = sum(some.map(({ likely }) => likely));
    using answer = await servers.post('/embeddings', { model, input, encoding_format: 'float' }, signal);
    const body = await textOf(answer, input.length * MOST_BYTES_PER_TEXT);
    const { data: read } = Answer.safeParse(body === null ? undefined : parsed(body));
    const found = new Map((read?.data ?? []).map(({ index, embedding }) => [index, Float32Array.from(embedding)]));
    const isWhole = found.size === input.length && input.every((_text, index) => found.has(index));
    // A number that 32 bits do not hold is infinite in them.
    if (!read || !isWhole || [...found.values()].some((vector) => !vector.every(Number.isFinite))) {
      const reason = 'its server answered with something else than vectors';
      answer.failed(reason);
      throw brokenOff(name, reason);
    }
    answer.ended();
    for (const [index, vector] of found) vectors.set(from + index, vector);
    const most = sum(some.map((estimate) => estimate.most));
    counted += Math.min(readUsage(read.usage)?.promptTokens ?? underWay, most);
    underWay = 0;
  };

  return {
    tokens: estimates.map(({ most }) => most),
    dimensions: Number.POSITIVE_INFINITY,
    counted: () => counted + underWay,
    embed: async (index, signal) => {
      if (!vectors.has(index)) await fetchFrom(index, signal);
      return vectors.get(index) ?? refuse('input', `${name} has made no vector of input[${index}].`);
    },
    [Symbol.dispose]: () => {},
  };
};
