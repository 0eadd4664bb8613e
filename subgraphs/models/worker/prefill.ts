import type { EvaluationPriority, LlamaContextSequence, Token } from 'node-llama-cpp';

const SMALLEST_CHUNK = 16;
const LARGEST_CHUNK = 128;
/** How long a chunk should take, in milliseconds: other streams stand still for as long, and so does an abort. */
const CHUNK_MS = 100;
/** Half a chunk that takes more than this part of the whole one's time is slow for other reasons than its size. */
const IN_VAIN = 0.75;
/** What such a chunk took, times this, is borne from then on, and less with every chunk: it is tried again in the end. */
const BORNE = 3;
const LESS = 0.9;
/** The most that is borne, in milliseconds. */
const MOST_MS = 1_000;

/** How much of a prompt is read in one go. */
export interface Chunk {
  /** Tokens: a power of two. */
  readonly size: number;
  /** What it may take before a smaller one is tried. */
  readonly mostMs: number;
  /** What one of twice the size took just before; null where there was none, or it was quick enough. */
  readonly twiceMs: number | null;
}

export const FIRST_CHUNK: Chunk = { size: 32, mostMs: CHUNK_MS, twiceMs: null };

/**
 * The next chunk of a prompt after one that took `elapsedMs`. Slow ones are halved as long as that makes them quicker. On a
 * machine that is busy with others it does not: small chunks would only wait more often.
 */
export const nextChunk = ({ size, mostMs, twiceMs }: Chunk, elapsedMs: number): Chunk => {
  if (twiceMs !== null && elapsedMs > CHUNK_MS && elapsedMs > twiceMs * IN_VAIN) {
    return { size: size * 2, mostMs: Math.min(elapsedMs * BORNE, MOST_MS), twiceMs: null };
  }
  const most = Math.max(CHUNK_MS, mostMs * LESS);
  if (elapsedMs > most && size > SMALLEST_CHUNK) return { size: size / 2, mostMs: most, twiceMs: elapsedMs };
  const grows = elapsedMs < most / 2 && size < LARGEST_CHUNK;
  return { size: grows ? size * 2 : size, mostMs: most, twiceMs: null };
};

/**
 * Reads a prompt except for its last token, from which the first answer token is sampled. The part that the sequence
 * remembers from its last conversation is not read again.
 * @returns how many tokens it remembered
 * @throws the signal's reason, at the end of a chunk
 */
export const prefill = async (
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  evaluationPriority: EvaluationPriority,
  signal: AbortSignal,
): Promise<number> => {
  const tokens = prompt.slice(0, -1);
  await sequence.adaptStateToTokens(tokens, false);
  const remembered = sequence.nextTokenIndex;
  let chunk = FIRST_CHUNK;
  for (let start = sequence.nextTokenIndex; start < tokens.length; start = sequence.nextTokenIndex) {
    signal.throwIfAborted();
    const began = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(start, start + chunk.size), { evaluationPriority });
    chunk = nextChunk(chunk, performance.now() - began);
  }
  return remembered;
};
