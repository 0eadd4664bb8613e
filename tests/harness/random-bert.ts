import { FILE_TYPE, writeGguf, type GgufMetadata, type Tensor } from '#subgraphs/models/gguf/writer.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';
import { normal } from './random-model.ts';

export interface RandomBertOptions {
  /** Tokens that the model says it was trained for; 512 when left out. */
  readonly contextSize?: number;
  /** Numbers of a vector, a multiple of 32; 64 when left out. */
  readonly embedding?: number;
  readonly seed?: number;
  /** Whether it ranks documents by a query, and makes no vectors; false when left out. */
  readonly ranks?: boolean;
}

const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const [PAD, UNKNOWN, CLS, SEP, MASK] = [0, 1, 2, 3, 4];
const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789.,;:!?()[]{}<>=+-*/_\'"#');
const WORDS = ['hello', 'world', 'the'];
/** WordPiece: a token begins a word where it begins with this. */
const WORD_START = '\u2581';
const TOKENS = [...SPECIAL_TOKENS, ...LETTERS.map((letter) => WORD_START + letter), ...LETTERS].concat(
  WORDS.map((word) => WORD_START + word),
);

const HEADS = 4;
const LAYERS = 2;
const TYPE = { normal: 1, unknown: 2, control: 3 } as const;

const typeOf = (id: number): number => {
  if (id === UNKNOWN) return TYPE.unknown;
  return id < SPECIAL_TOKENS.length ? TYPE.control : TYPE.normal;
};

const tokenizer: GgufMetadata = {
  'tokenizer.ggml.model': { type: 'string', value: 'bert' },
  'tokenizer.ggml.pre': { type: 'string', value: 'default' },
  'tokenizer.ggml.token_type_count': { type: 'uint32', value: 2 },
  'tokenizer.ggml.tokens': { type: 'strings', value: TOKENS },
  'tokenizer.ggml.token_type': { type: 'int32s', value: TOKENS.map((_, id) => typeOf(id)) },
  'tokenizer.ggml.unknown_token_id': { type: 'uint32', value: UNKNOWN },
  // Spelled so in llama.cpp.
  'tokenizer.ggml.seperator_token_id': { type: 'uint32', value: SEP },
  'tokenizer.ggml.padding_token_id': { type: 'uint32', value: PAD },
  'tokenizer.ggml.cls_token_id': { type: 'uint32', value: CLS },
  'tokenizer.ggml.mask_token_id': { type: 'uint32', value: MASK },
  'tokenizer.ggml.bos_token_id': { type: 'uint32', value: CLS },
  'tokenizer.ggml.eos_token_id': { type: 'uint32', value: SEP },
  'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
  'tokenizer.ggml.add_eos_token': { type: 'bool', value: true },
};

/** What llama.cpp makes of the outputs: their mean, or by its head of classification one number. */
const POOLING = { mean: 1, rank: 4 } as const;

/**
 * Writes a real bert of about 220 KB with random weights: a model for embeddings, or for ranking, whose tokens are letters
 * and a few words, two more around each text.
 */
export const writeRandomBert = async (path: string, options: RandomBertOptions = {}): Promise<void> => {
  const { contextSize = 512, embedding = 64, seed = 7, ranks = false } = options;
  const feedForward = 2 * embedding;
  const random = randomFrom(seed);
  const matrix = (name: string, columns: number, rows: number, deviation = 0.1): Tensor => ({
    name: `${name}.weight`,
    shape: [columns, rows],
    type: 'q8_0',
    data: normal(columns * rows, deviation, random),
  });
  const bias = (name: string, length: number): Tensor => ({
    name: `${name}.bias`,
    shape: [length],
    type: 'f32',
    data: new Float32Array(length),
  });
  const norm = (name: string): readonly Tensor[] => [
    { name: `${name}.weight`, shape: [embedding], type: 'f32', data: new Float32Array(embedding).fill(1) },
    bias(name, embedding),
  ];
  const block = (layer: number): readonly Tensor[] => [
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap((part) => [
      matrix(`blk.${layer}.${part}`, embedding, embedding),
      bias(`blk.${layer}.${part}`, embedding),
    ]),
    ...norm(`blk.${layer}.attn_output_norm`),
    matrix(`blk.${layer}.ffn_up`, embedding, feedForward),
    bias(`blk.${layer}.ffn_up`, feedForward),
    matrix(`blk.${layer}.ffn_down`, feedForward, embedding),
    bias(`blk.${layer}.ffn_down`, embedding),
    ...norm(`blk.${layer}.layer_output_norm`),
  ];
  const plain = (tensor: Tensor): Tensor => ({ ...tensor, type: 'f32' });
  const head = [plain(matrix('cls.output', embedding, 1, 1)), bias('cls.output', 1)];
  await writeGguf(
    path,
    {
      'general.architecture': { type: 'string', value: 'bert' },
      'general.name': { type: 'string', value: 'random-bert' },
      'general.file_type': { type: 'uint32', value: FILE_TYPE.q8_0 },
      'general.quantization_version': { type: 'uint32', value: 2 },
      'bert.context_length': { type: 'uint32', value: contextSize },
      'bert.embedding_length': { type: 'uint32', value: embedding },
      'bert.block_count': { type: 'uint32', value: LAYERS },
      'bert.feed_forward_length': { type: 'uint32', value: feedForward },
      'bert.attention.head_count': { type: 'uint32', value: HEADS },
      'bert.attention.layer_norm_epsilon': { type: 'float32', value: 1e-12 },
      'bert.attention.causal': { type: 'bool', value: false },
      'bert.pooling_type': { type: 'uint32', value: ranks ? POOLING.rank : POOLING.mean },
      ...tokenizer,
    },
    [
      matrix('token_embd', embedding, TOKENS.length, 1),
      plain(matrix('position_embd', embedding, contextSize)),
      plain(matrix('token_types', embedding, 2)),
      ...norm('token_embd_norm'),
      ...Array.from({ length: LAYERS }, (_, layer) => block(layer)).flat(),
      ...(ranks ? [plain(matrix('cls', embedding, embedding)), bias('cls', embedding), ...head] : []),
    ],
  );
};
