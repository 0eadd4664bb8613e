import { llamaMetadata, llamaTensors, type LlamaShape } from '#subgraphs/models/gguf/llama.ts';
import { SPECIAL_TOKENS, tokenizerMetadata, tokensOf } from '#subgraphs/models/gguf/vocabulary.ts';
import { FILE_TYPE, writeGguf, type GgufMetadata, type Tensor } from '#subgraphs/models/gguf/writer.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';

export interface RandomModelOptions {
  /** Tokens that the model says it was trained for; 2048 when left out. */
  readonly contextSize?: number;
  readonly seed?: number;
  /** Metadata to set or overwrite, for files that are wrong on purpose. */
  readonly metadata?: GgufMetadata;
}

/** Weights of a normal distribution (Box-Muller). */
export const normal = (length: number, deviation: number, random: () => number): Float32Array =>
  Float32Array.from({ length }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random()) * deviation;
  });

/**
 * Writes a real llama model of about 130 KB with random weights: it babbles bytes and never ends by itself, since the
 * embeddings of its special tokens are zero and so never the likeliest.
 */
export const writeRandomModel = async (path: string, options: RandomModelOptions = {}): Promise<void> => {
  const shape: LlamaShape = {
    embedding: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 192,
    context: options.contextSize ?? 2048,
    vocabulary: tokensOf([]).length,
  };
  const random = randomFrom(options.seed ?? 1);
  const tensors = llamaTensors(shape).map(({ name, shape: [columns, rows] }): Tensor => {
    if (rows === undefined) return { name, shape: [columns], type: 'f32', data: new Float32Array(columns).fill(1) };
    const embedding = name === 'token_embd.weight';
    const data = normal(columns * rows, embedding ? 1 : 0.1, random);
    if (embedding) data.fill(0, 0, SPECIAL_TOKENS.length * columns);
    return { name, shape: [columns, rows], type: 'q8_0', data };
  });
  await writeGguf(
    path,
    {
      ...llamaMetadata('random', shape),
      'general.file_type': { type: 'uint32', value: FILE_TYPE.q8_0 },
      ...tokenizerMetadata([]),
      ...options.metadata,
    },
    tensors,
  );
};
