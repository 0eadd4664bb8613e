import { readGgufFileInfo } from 'node-llama-cpp';
import { z } from 'zod';

/** What the header of a GGUF file says of its model. */
export type ModelHeader =
  | {
      readonly outcome: 'read';
      readonly kind: 'CHAT' | 'EMBEDDING';
      /** Tokens that the model was trained to see at once. */
      readonly trainedContext: number;
      /** Memory that one token takes in the context; null where the header does not say. */
      readonly bytesPerToken: number | null;
    }
  | { readonly outcome: 'unreadable'; readonly reason: string };

/** Long lists of the vocabulary, which nobody here asks for. */
const IGNORED = ['tokens', 'scores', 'token_type', 'merges'].map((key) => `tokenizer.ggml.${key}`);

/** Architectures that only embed; others do when the header names a pooling of their outputs. */
const EMBEDDING_ARCHITECTURE = /bert|t5encoder|gemma-embedding/;

/** Keys and values are kept as halves, one vector of each a layer and head. */
const BYTES_PER_VALUE = 2;

const count = z.union([z.number(), z.bigint().transform(Number)]).pipe(z.int().positive());
const Architecture = z.object({
  context_length: count,
  embedding_length: count.optional().catch(undefined),
  block_count: count.optional().catch(undefined),
  pooling_type: z.number().optional().catch(undefined),
  attention: z
    .object({
      head_count: count.optional().catch(undefined),
      head_count_kv: count.optional().catch(undefined),
      key_length: count.optional().catch(undefined),
      value_length: count.optional().catch(undefined),
    })
    .optional(),
});
const Metadata = z.object({ general: z.object({ architecture: z.string() }) });

const bytesPerToken = ({ attention, block_count, embedding_length }: z.infer<typeof Architecture>): number | null => {
  const heads = attention?.head_count;
  if (heads === undefined || block_count === undefined || embedding_length === undefined) return null;
  const keyLength = attention?.key_length ?? embedding_length / heads;
  const valueLength = attention?.value_length ?? embedding_length / heads;
  return block_count * (attention?.head_count_kv ?? heads) * (keyLength + valueLength) * BYTES_PER_VALUE;
};

/** Decides what metadata mean. Never throws. */
export const describeMetadata = (metadata: unknown, architectureMetadata: unknown): ModelHeader => {
  const general = Metadata.safeParse(metadata);
  const own = Architecture.safeParse(architectureMetadata);
  if (!general.success) return { outcome: 'unreadable', reason: 'its header names no architecture' };
  if (!own.success) return { outcome: 'unreadable', reason: 'its header has no valid context_length' };
  const pooled = own.data.pooling_type !== undefined && own.data.pooling_type !== 0;
  return {
    outcome: 'read',
    kind: pooled || EMBEDDING_ARCHITECTURE.test(general.data.general.architecture) ? 'EMBEDDING' : 'CHAT',
    trainedContext: own.data.context_length,
    bytesPerToken: bytesPerToken(own.data),
  };
};

/** Reads the header of a GGUF file. A file that is damaged is an outcome, not an error. */
export const readModelHeader = async (path: string): Promise<ModelHeader> => {
  try {
    const info = await readGgufFileInfo(path, {
      sourceType: 'filesystem',
      readTensorInfo: false,
      spliceSplitFiles: false,
      ignoreKeys: IGNORED,
      logWarnings: false,
    });
    return describeMetadata(info.metadata, info.architectureMetadata);
  } catch (error) {
    return { outcome: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
};
