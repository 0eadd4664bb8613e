import type { GgufMetadata } from './writer.ts';

/** The dimensions of a model of the llama architecture. */
export interface LlamaShape {
  readonly embedding: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForward: number;
  /** Tokens that the model was trained to see at once. */
  readonly context: number;
  readonly vocabulary: number;
}

/** Epsilon of the normalisation; training and file must agree on it. */
const NORM_EPSILON = 1e-5;

/** A llama model's part of the metadata. */
export const llamaMetadata = (name: string, shape: LlamaShape): GgufMetadata => ({
  'general.architecture': { type: 'string', value: 'llama' },
  'general.name': { type: 'string', value: name },
  'general.quantization_version': { type: 'uint32', value: 2 },
  'llama.context_length': { type: 'uint32', value: shape.context },
  'llama.embedding_length': { type: 'uint32', value: shape.embedding },
  'llama.block_count': { type: 'uint32', value: shape.layers },
  'llama.feed_forward_length': { type: 'uint32', value: shape.feedForward },
  'llama.attention.head_count': { type: 'uint32', value: shape.heads },
  'llama.attention.head_count_kv': { type: 'uint32', value: shape.keyValueHeads },
  'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: NORM_EPSILON },
  'llama.rope.dimension_count': { type: 'uint32', value: shape.embedding / shape.heads },
  'llama.rope.freq_base': { type: 'float32', value: 10_000 },
  'llama.vocab_size': { type: 'uint32', value: shape.vocabulary },
});

/** One matrix or vector of a llama model: its name in the file and its shape in ggml's order. */
export interface LlamaTensor {
  readonly name: string;
  readonly shape: readonly [number] | readonly [number, number];
}

/** Every tensor that the file must hold. There is no output matrix: llama.cpp takes the embedding for it (tied). */
export const llamaTensors = (shape: LlamaShape): readonly LlamaTensor[] => {
  const { embedding, feedForward } = shape;
  const keyValue = (embedding / shape.heads) * shape.keyValueHeads;
  const block = (layer: number): readonly LlamaTensor[] => [
    { name: `blk.${layer}.attn_norm.weight`, shape: [embedding] },
    { name: `blk.${layer}.attn_q.weight`, shape: [embedding, embedding] },
    { name: `blk.${layer}.attn_k.weight`, shape: [embedding, keyValue] },
    { name: `blk.${layer}.attn_v.weight`, shape: [embedding, keyValue] },
    { name: `blk.${layer}.attn_output.weight`, shape: [embedding, embedding] },
    { name: `blk.${layer}.ffn_norm.weight`, shape: [embedding] },
    { name: `blk.${layer}.ffn_gate.weight`, shape: [embedding, feedForward] },
    { name: `blk.${layer}.ffn_up.weight`, shape: [embedding, feedForward] },
    { name: `blk.${layer}.ffn_down.weight`, shape: [feedForward, embedding] },
  ];
  return [
    { name: 'token_embd.weight', shape: [embedding, shape.vocabulary] },
    ...Array.from({ length: shape.layers }, (_, layer) => block(layer)).flat(),
    { name: 'output_norm.weight', shape: [embedding] },
  ];
};
