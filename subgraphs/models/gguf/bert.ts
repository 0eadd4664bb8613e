import type { GgufMetadata } from './writer.ts';

/** The dimensions of a model of the bert architecture. */
export interface BertShape {
  readonly embedding: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  /** Tokens that the model may see at once. */
  readonly context: number;
  readonly vocabulary: number;
}

/** Epsilon of the normalisation; training and file must agree on it. */
const NORM_EPSILON = 1e-5;
/** A text's vector is the mean of what comes of its tokens. */
const MEAN = 1;

/** A bert model's part of the metadata. */
export const bertMetadata = (name: string, shape: BertShape): GgufMetadata => ({
  'general.architecture': { type: 'string', value: 'bert' },
  'general.name': { type: 'string', value: name },
  'general.quantization_version': { type: 'uint32', value: 2 },
  'bert.context_length': { type: 'uint32', value: shape.context },
  'bert.embedding_length': { type: 'uint32', value: shape.embedding },
  'bert.block_count': { type: 'uint32', value: shape.layers },
  'bert.feed_forward_length': { type: 'uint32', value: shape.feedForward },
  'bert.attention.head_count': { type: 'uint32', value: shape.heads },
  'bert.attention.layer_norm_epsilon': { type: 'float32', value: NORM_EPSILON },
  'bert.attention.causal': { type: 'bool', value: false },
  'bert.pooling_type': { type: 'uint32', value: MEAN },
});

/** One matrix or vector of a bert model. */
export interface BertTensor {
  readonly name: string;
  /** ggml's order. */
  readonly shape: readonly [number] | readonly [number, number];
  /** Positions and types are added as they are; only what is multiplied with can be of blocks. */
  readonly plain?: true;
}

/** Every tensor that the file must hold. */
export const bertTensors = (shape: BertShape): readonly BertTensor[] => {
  const { embedding, feedForward } = shape;
  const linear = (name: string, inputs: number, outputs: number): readonly BertTensor[] => [
    { name: `${name}.weight`, shape: [inputs, outputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const norm = (name: string): readonly BertTensor[] => [
    { name: `${name}.weight`, shape: [embedding] },
    { name: `${name}.bias`, shape: [embedding] },
  ];
  const block = (layer: number): readonly BertTensor[] => [
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap((part) =>
      linear(`blk.${layer}.${part}`, embedding, embedding),
    ),
    ...norm(`blk.${layer}.attn_output_norm`),
    ...linear(`blk.${layer}.ffn_up`, embedding, feedForward),
    ...linear(`blk.${layer}.ffn_down`, feedForward, embedding),
    ...norm(`blk.${layer}.layer_output_norm`),
  ];
  return [
    { name: 'token_embd.weight', shape: [embedding, shape.vocabulary] },
    { name: 'position_embd.weight', shape: [embedding, shape.context], plain: true },
    { name: 'token_types.weight', shape: [embedding, 2], plain: true },
    ...norm('token_embd_norm'),
    ...Array.from({ length: shape.layers }, (_, layer) => block(layer)).flat(),
  ];
};
