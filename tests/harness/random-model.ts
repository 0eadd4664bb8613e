import { llamaMetadata, llamaTensors, type LlamaShape } from '#subgraphs/models/gguf/llama.ts';
import { SPECIAL_TOKENS, tokenizerMetadata, tokensOf } from '#subgraphs/models/gguf/vocabulary.ts';
import { FILE_TYPE, writeGguf, type GgufMetadata, type Tensor } from '#subgraphs/models/gguf/writer.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';

export interface RandomModelOptions {
  /** Tokens that the model says it was trained for; 2048 when left out. */
  readonly contextSize?: number;
  readonly seed?: number;
  /** What is left out is as small as it may be. */
  readonly shape?: Partial<Omit<LlamaShape, 'context' | 'vocabulary'>>;
  /** Whether it says no byte outside of printable ASCII; otherwise what it says is seldom UTF-8. */
  readonly ascii?: boolean;
  /** Merges of the vocabulary; none when left out. */
  readonly merges?: readonly string[];
  /** Metadata to set or overwrite, for files that are wrong on purpose. */
  readonly metadata?: GgufMetadata;
}

/** Weights of a normal distribution (Box-Muller). */
export const normal = (length: number, deviation: number, random: () => number): Float32Array =>
  new Float32Array(length).map(() => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random()) * deviation;
  });

/** The bytes come after the special tokens. */
const BYTES_FROM = SPECIAL_TOKENS.length;
const isPrintable = (byte: number): boolean => byte > 32 && byte < 127;

/**
 * Writes a real llama model with random weights, of about 130 KB unless it is to be larger: it babbles tokens and never
 * ends by itself, since the embeddings of its special tokens are zero and so never the likeliest.
 */
export const writeRandomModel = async (path: string, options: RandomModelOptions = {}): Promise<void> => {
  const merges = options.merges ?? [];
  const shape: LlamaShape = {
    embedding: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 192,
    ...options.shape,
    context: options.contextSize ?? 2048,
    vocabulary: tokensOf(merges).length,
  };
  const random = randomFrom(options.seed ?? 1);
  const tensors = llamaTensors(shape).map(({ name, shape: [columns, rows] }): Tensor => {
    if (rows === undefined) return { name, shape: [columns], type: 'f32', data: new Float32Array(columns).fill(1) };
    const embedding = name === 'token_embd.weight';
    const data = normal(columns * rows, embedding ? 1 : 0.1, random);
    if (embedding) {
      for (let id = 0; id < BYTES_FROM + 256; id += 1) {
        if (id < BYTES_FROM || (options.ascii && !isPrintable(id - BYTES_FROM))) {
          data.fill(0, id * columns, (id + 1) * columns);
        }
      }
    }
    return { name, shape: [columns, rows], type: 'q8_0', data };
  });
  await writeGguf(
    path,
    {
      ...llamaMetadata('random', shape),
      'general.file_type': { type: 'uint32', value: FILE_TYPE.q8_0 },
      ...tokenizerMetadata(merges),
      ...options.metadata,
    },
    tensors,
  );
};
