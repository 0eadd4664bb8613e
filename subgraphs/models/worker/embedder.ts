import { countPrompt } from './meter.ts';
import { openModel } from './model.ts';
import type { LoadOptions, Measure } from './protocol.ts';

/** A model in memory that makes numbers of texts. */
export interface Embedder {
  /** Tokens that a text may have. */
  readonly contextSize: number;
  /** @param query what each is read beside by a model that ranks; others are given an empty one */
  measure(texts: readonly string[], query: string): Measure;
  /** The numbers of a text, as many as the model makes. Texts are read one after the other. */
  embed(text: string, query: string): Promise<Float32Array>;
}

/**
 * Loads a model for embeddings. What users write of special tokens is plain text to it.
 * @param onError told what llama.cpp says of errors
 * @throws Error when it cannot be loaded
 */
export const loadEmbedder = async (options: LoadOptions, onError: (line: string) => void): Promise<Embedder> => {
  const model = await openModel(options, onError);
  // The library wants a token to spare. A batch smaller than the text would change its vector without a word.
  const contextSize = options.contextSize + 1;
  const context = await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads: options.threads });
  return {
    contextSize: options.contextSize,
    measure: (texts) => ({
      tokens: texts.map((text) => (model.tokenize(text).length === 0 ? 0 : context.calculateInputLength(text))),
      dimensions: model.embeddingVectorSize,
    }),
    embed: async (text) => {
      countPrompt(context.calculateInputLength(text));
      return Float32Array.from((await context.getEmbeddingFor(text)).vector);
    },
  };
};
