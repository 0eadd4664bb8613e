import type { EvaluationPriority, LlamaContextSequence, Token } from 'node-llama-cpp';

/** Tokens of a prompt that are read in one go: other streams stand still for as long, and so does an abort. */
const FIRST_CHUNK = 32;
const SMALLEST_CHUNK = 16;
const LARGEST_CHUNK = 128;
/** How long a chunk should take, in milliseconds: an abort is promised within 200. */
const CHUNK_MS = 100;

/** The size of the next chunk of a prompt after one of `size` tokens took `elapsedMs`. */
export const nextChunk = (size: number, elapsedMs: number): number => {
  if (elapsedMs > CHUNK_MS) return Math.max(SMALLEST_CHUNK, Math.floor(size / 2));
  if (elapsedMs < CHUNK_MS / 2) return Math.min(LARGEST_CHUNK, size * 2);
  return size;
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
  let size = FIRST_CHUNK;
  for (let start = sequence.nextTokenIndex; start < tokens.length; start = sequence.nextTokenIndex) {
    signal.throwIfAborted();
    const began = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(start, start + size), { evaluationPriority });
    size = nextChunk(size, performance.now() - began);
  }
  return remembered;
};
