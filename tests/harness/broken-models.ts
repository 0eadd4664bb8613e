import { randomFrom } from '#subgraphs/models/starter/random.ts';

/** A file that is wrong in one way, made from the bytes of one that is right. */
export interface BrokenModel {
  readonly name: string;
  readonly make: (whole: Buffer) => Buffer;
}

const changed =
  (change: (bytes: Buffer) => void) =>
  (whole: Buffer): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };

/** Where what follows this text begins. */
const after = (bytes: Buffer, text: string): number => {
  const at = bytes.indexOf(text);
  if (at === -1) throw new Error(`the model has no ${text}`);
  return at + text.length;
};

/** A number of the metadata, which stands behind its key and type. */
const metadata = (key: string, value: number) =>
  changed((bytes) => void bytes.writeUInt32LE(value, after(bytes, key) + 4));

/** Where a tensor's number of dimensions stands; its dimensions, type and place follow. */
const tensor = (bytes: Buffer): number => after(bytes, 'blk.0.attn_q.weight');
const AT_DIMENSION = 4;
const AT_TYPE = AT_DIMENSION + 2 * 8;
const AT_PLACE = AT_TYPE + 4;

const endOfHeader = (bytes: Buffer): number => after(bytes, 'output_norm.weight') + 4 + 8 + 4 + 8;
const cutAt = (share: number) => (whole: Buffer) => whole.subarray(0, Math.floor(endOfHeader(whole) * share));

const sprinkled = (seed: number, from: number, to: number, count: number) =>
  changed((bytes) => {
    const random = randomFrom(seed);
    const [first, last] = [from, to].map((at) => (at < 0 ? bytes.length : at));
    if (first === undefined || last === undefined) return;
    for (let change = 0; change < count; change++) {
      bytes[first + Math.floor(random() * (last - first))] = Math.floor(random() * 256);
    }
  });

const FUZZED = 8;

/** Files that are damaged, or lie. The ones that still load answer with nonsense, and that is all they may do. */
export const BROKEN_MODELS: readonly BrokenModel[] = [
  { name: 'empty', make: () => Buffer.alloc(0) },
  { name: 'magic-alone', make: (whole) => whole.subarray(0, 4) },
  { name: 'other-magic', make: changed((bytes) => void bytes.write('GGML')) },
  { name: 'version-99', make: changed((bytes) => void bytes.writeUInt32LE(99, 4)) },
  ...[0.1, 0.5, 0.9, 1].map((share) => ({ name: `cut-in-header-${share}`, make: cutAt(share) })),
  { name: 'cut-in-weights', make: (whole) => whole.subarray(0, Math.floor(whole.length / 2)) },
  { name: 'cut-at-the-end', make: (whole) => whole.subarray(0, whole.length - 512) },
  { name: 'tensors-2-60', make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 60n, 8)) },
  { name: 'tensors-one-more', make: changed((bytes) => void bytes.writeBigUInt64LE(bytes.readBigUInt64LE(8) + 1n, 8)) },
  { name: 'tensors-none', make: changed((bytes) => void bytes.writeBigUInt64LE(0n, 8)) },
  { name: 'metadata-2-60', make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 60n, 16)) },
  { name: 'metadata-2-31', make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 31n, 16)) },
  {
    name: 'metadata-one-more',
    make: changed((bytes) => void bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 1n, 16)),
  },
  { name: 'key-of-2-31-bytes', make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 31n, 24)) },
  {
    name: 'tokens-2-60',
    make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 60n, after(bytes, 'tokenizer.ggml.tokens') + 8)),
  },
  {
    name: 'token-types-too-few',
    make: changed((bytes) => void bytes.writeBigUInt64LE(1n, after(bytes, 'tokenizer.ggml.token_type') + 8)),
  },
  { name: 'heads-0', make: metadata('llama.attention.head_count', 0) },
  { name: 'heads-3', make: metadata('llama.attention.head_count', 3) },
  { name: 'key-value-heads-0', make: metadata('llama.attention.head_count_kv', 0) },
  { name: 'key-value-heads-3', make: metadata('llama.attention.head_count_kv', 3) },
  { name: 'layers-0', make: metadata('llama.block_count', 0) },
  { name: 'layers-9', make: metadata('llama.block_count', 9) },
  { name: 'layers-2-31', make: metadata('llama.block_count', 2 ** 31 - 1) },
  { name: 'rope-33', make: metadata('llama.rope.dimension_count', 33) },
  { name: 'width-0', make: metadata('llama.embedding_length', 0) },
  { name: 'width-128', make: metadata('llama.embedding_length', 128) },
  { name: 'width-2-31', make: metadata('llama.embedding_length', 2 ** 31 - 1) },
  { name: 'context-0', make: metadata('llama.context_length', 0) },
  { name: 'context-2-31', make: metadata('llama.context_length', 2 ** 31 - 1) },
  { name: 'end-token-beyond', make: metadata('tokenizer.ggml.eos_token_id', 99_999_999) },
  { name: 'dimensions-1000', make: changed((bytes) => void bytes.writeUInt32LE(1_000, tensor(bytes))) },
  {
    name: 'rows-2-39',
    make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 39n, tensor(bytes) + AT_DIMENSION)),
  },
  { name: 'rows-0', make: changed((bytes) => void bytes.writeBigUInt64LE(0n, tensor(bytes) + AT_DIMENSION)) },
  { name: 'type-77', make: changed((bytes) => void bytes.writeUInt32LE(77, tensor(bytes) + AT_TYPE)) },
  {
    name: 'place-beyond',
    make: changed((bytes) => void bytes.writeBigUInt64LE(2n ** 50n, tensor(bytes) + AT_PLACE)),
  },
  { name: 'noise-in-weights', make: (whole) => sprinkled(5, endOfHeader(whole), -1, 5_000)(whole) },
  ...Array.from({ length: FUZZED }, (_, index) => ({
    name: `noise-in-header-${index}`,
    make: (whole: Buffer) => sprinkled(100 + index, 24, endOfHeader(whole), 20)(whole),
  })),
  { name: 'noise', make: (whole) => sprinkled(9, 4, -1, whole.length * 4)(whole) },
];
