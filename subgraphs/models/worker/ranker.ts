import type { Embedder } from './embedder.ts';
import { countPrompt } from './meter.ts';
import { openModel } from './model.ts';
import type { LoadOptions } from './protocol.ts';

/**
 * Loads a model that ranks: of a text beside a query it makes one number, from 0 to 1. What users write of special tokens
 * is plain text to it.
 * @param onError told what llama.cpp says of errors
 * @throws Error when it cannot be loaded
 */
export const loadRanker = async (options: LoadOptions, onError: (line: string) => void): Promise<Embedder> => {
  const model = await openModel(options, onError);
  // As for embeddings: a token to spare, and one batch.
  const contextSize = options.contextSize + 1;
  const context = await model.createRankingContext({ contextSize, batchSize: contextSize, threads: options.threads });
  return {
    contextSize: options.contextSize,
    measure: (texts, query) => ({
      tokens: texts.map((text) => (model.tokenize(text).length === 0 ? 0 : context.calculateInputLength(query, text))),
      dimensions: 1,
    }),
    embed: async (text, query) => {
      countPrompt(context.calculateInputLength(query, text));
      return Float32Array.of(await context.rank(query, text));
    },
  };
};
