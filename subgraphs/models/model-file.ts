import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { readGgufHeader, type GgufValue } from './gguf/reader.ts';

type Kind = 'CHAT' | 'EMBEDDING' | 'RERANKING';

/** What the header of a GGUF file says of its model. */
export type ModelHeader =
  | {
      readonly outcome: 'read';
      readonly kind: Kind;
      /** Tokens that the model was trained to see at once. */
      readonly trainedContext: number;
      /** Memory that one token takes in the context; null where the header does not say. */
      readonly bytesPerToken: number | null;
      /** Memory that each token of a batch takes while it is computed, roughly. */
      readonly bytesPerComputedToken: number;
      /** Heads of attention of its widest layer; 1 where the header does not say. */
      readonly heads: number;
      /** Files that the model consists of; this one is the first. */
      readonly files: number;
      /** Weights in this file. */
      readonly parameters: number;
    }
  | { readonly outcome: 'unreadable'; readonly reason: string };

/** Architectures that only embed; others do when the header names a pooling of their outputs. */
const EMBEDDING_ARCHITECTURE = /bert|t5encoder|gemma-embedding/;
/** Poolings in llama.cpp's numbers; the last one has a head that makes one number of a text. */
const POOLING = { none: 0, rank: 4 } as const;

/** Keys and values are kept as halves, one vector of each a layer and head. */
const BYTES_PER_VALUE = 2;
/** Computed are floats: some vectors of the model's width, two of its inner width, and one of the vocabulary. */
const BYTES_PER_FLOAT = 4;
const VECTORS_OF_WIDTH = 8;
/** A vocabulary whose size the header does not tell may be as large as the largest of the small models. */
const UNKNOWN_VOCABULARY = 152_064;

/** Vocabularies of 256,000 tokens, their scores and merges make headers of some 15 MiB. */
const MAX_HEADER_BYTES = 128 * 1024 ** 2;
const FIRST_BYTES = 256 * 1024;

const count = z.int().positive();
/** One number for all layers, or one for each. */
const counts = z.union([count, z.array(z.int().nonnegative()).min(1)]);
const Architecture = z.object({
  context_length: count,
  embedding_length: count.optional().catch(undefined),
  feed_forward_length: counts.optional().catch(undefined),
  block_count: count.optional().catch(undefined),
  pooling_type: z.number().optional().catch(undefined),
  'attention.head_count': counts.optional().catch(undefined),
  'attention.head_count_kv': counts.optional().catch(undefined),
  'attention.key_length': count.optional().catch(undefined),
  'attention.value_length': count.optional().catch(undefined),
});
type Architecture = z.infer<typeof Architecture>;

const largest = (value: number | readonly number[]): number => (typeof value === 'number' ? value : Math.max(...value));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const bytesPerToken = (own: Architecture): number | null => {
  const { block_count: layers, embedding_length: width, 'attention.head_count': heads } = own;
  if (heads === undefined || layers === undefined || width === undefined) return null;
  const kept = own['attention.head_count_kv'] ?? heads;
  const headWidth = width / Math.max(1, largest(heads));
  const each = (own['attention.key_length'] ?? headWidth) + (own['attention.value_length'] ?? headWidth);
  return (typeof kept === 'number' ? layers * kept : sum(kept)) * each * BYTES_PER_VALUE;
};

const bytesPerComputedToken = (own: Architecture, vocabulary: number): number => {
  const width = own.embedding_length ?? 0;
  const inner = own.feed_forward_length === undefined ? 4 * width : largest(own.feed_forward_length);
  return (VECTORS_OF_WIDTH * width + 2 * inner + vocabulary) * BYTES_PER_FLOAT;
};

const lengthOf = (value: GgufValue | undefined): number | undefined =>
  typeof value === 'object' ? value.length : undefined;

const kindOf = (architecture: string, { pooling_type: pooling = POOLING.none }: Architecture): Kind => {
  if (pooling === POOLING.rank) return 'RERANKING';
  return pooling !== POOLING.none || EMBEDDING_ARCHITECTURE.test(architecture) ? 'EMBEDDING' : 'CHAT';
};

/** Decides what metadata mean. Never throws. */
export const describeMetadata = (metadata: ReadonlyMap<string, GgufValue>, parameters = 0): ModelHeader => {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') {
    return { outcome: 'unreadable', reason: 'its header names no architecture' };
  }
  const prefix = `${architecture}.`;
  const fields = [...metadata].filter(([key]) => key.startsWith(prefix));
  const own = Architecture.safeParse(
    Object.fromEntries(fields.map(([key, value]) => [key.slice(prefix.length), value])),
  );
  if (!own.success) return { outcome: 'unreadable', reason: 'its header has no valid context_length' };
  const files = count.safeParse(metadata.get('split.count'));
  return {
    outcome: 'read',
    kind: kindOf(architecture, own.data),
    trainedContext: own.data.context_length,
    bytesPerToken: bytesPerToken(own.data),
    bytesPerComputedToken: bytesPerComputedToken(
      own.data,
      lengthOf(metadata.get('tokenizer.ggml.tokens')) ?? UNKNOWN_VOCABULARY,
    ),
    heads: largest(own.data['attention.head_count'] ?? 1),
    files: files.success ? files.data : 1,
    parameters,
  };
};

/** The header in the first `size` bytes of a file, or in more where it goes on. */
const headerIn = async (file: FileHandle, size: number): Promise<ModelHeader> => {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  const header = readGgufHeader(bytes.subarray(0, length));
  if (header.outcome === 'read') return describeMetadata(header.metadata, header.parameters);
  if (header.outcome === 'damaged') return { outcome: 'unreadable', reason: header.reason };
  if (length < size) return { outcome: 'unreadable', reason: 'its header is cut off' };
  if (size >= MAX_HEADER_BYTES) return { outcome: 'unreadable', reason: 'its header is longer than 128 MiB' };
  return headerIn(file, size * 8);
};

/** Reads the header of a GGUF file. A file that is damaged is an outcome, not an error. */
export const readModelHeader = async (path: string): Promise<ModelHeader> => {
  try {
    await using file = await open(path);
    return await headerIn(file, FIRST_BYTES);
  } catch (error) {
    return { outcome: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
};
