import { bertMetadata, bertTensors, type BertShape, type BertTensor } from '#subgraphs/models/gguf/bert.ts';
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

/** llama.cpp makes one number of the outputs, by a head of classification, and not their mean. */
const RANK = 4;

/**
 * Writes a real bert of about 220 KB with random weights: a model for embeddings, or for ranking, whose tokens are letters
 * and a few words, two more around each text.
 */
export const writeRandomBert = async (path: string, options: RandomBertOptions = {}): Promise<void> => {
  const { contextSize = 512, embedding = 64, seed = 7, ranks = false } = options;
  const random = randomFrom(seed);
  const shape: BertShape = {
    embedding,
    layers: LAYERS,
    heads: HEADS,
    feedForward: 2 * embedding,
    context: contextSize,
    vocabulary: TOKENS.length,
  };
  /** Biases of 0, norms of 1, and everything else by chance. */
  const numbersOf = ({ name, shape: [columns, rows = 1] }: BertTensor): Float32Array => {
    const length = columns * rows;
    if (name.endsWith('.bias')) return new Float32Array(length);
    if (name.endsWith('norm.weight')) return new Float32Array(length).fill(1);
    return normal(length, name === 'token_embd.weight' ? 1 : 0.1, random);
  };
  const tensorOf = (tensor: BertTensor): Tensor => ({
    name: tensor.name,
    shape: tensor.shape,
    type: tensor.shape.length === 1 || tensor.plain ? 'f32' : 'q8_0',
    data: numbersOf(tensor),
  });
  /** The head of classification. */
  const head: readonly BertTensor[] = [
    { name: 'cls.weight', shape: [embedding, embedding], plain: true },
    { name: 'cls.bias', shape: [embedding] },
    { name: 'cls.output.weight', shape: [embedding, 1], plain: true },
    { name: 'cls.output.bias', shape: [1] },
  ];
  await writeGguf(
    path,
    {
      ...bertMetadata('random-bert', shape),
      'general.file_type': { type: 'uint32', value: FILE_TYPE.q8_0 },
      ...(ranks ? { 'bert.pooling_type': { type: 'uint32', value: RANK } } : {}),
      ...tokenizer,
    },
    [...bertTensors(shape), ...(ranks ? head : [])].map(tensorOf),
  );
};
