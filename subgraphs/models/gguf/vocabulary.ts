import type { GgufMetadata } from './writer.ts';

/** The tokens of ChatML, with ids 0, 1 and 2. */
export const SPECIAL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;
export const END_OF_TEXT = 0;
export const TURN_START = 1;
export const TURN_END = 2;

/** How llama.cpp splits text before it merges: each digit by itself, the rest as GPT-2 does. */
const PRETOKENIZER = 'smollm';

const NORMAL = 1;
const CONTROL = 3;

const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** The printable character that GPT-2's byte-level BPE writes for each byte: itself where it is printable, else the next free one from U+0100. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();

/** The text of every token, by id: the special ones, the 256 bytes, then one for each merge. */
export const tokensOf = (merges: readonly string[]): readonly string[] => [
  ...SPECIAL_TOKENS,
  ...BYTE_CHARACTERS,
  ...merges.map((merge) => merge.replace(' ', '')),
];

/** A tokenizer's part of the metadata. `merges` are pairs with a space between, most frequent first; none is allowed. */
export const tokenizerMetadata = (merges: readonly string[]): GgufMetadata => {
  const tokens = tokensOf(merges);
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: PRETOKENIZER },
    'tokenizer.ggml.tokens': { type: 'strings', value: tokens },
    'tokenizer.ggml.token_type': {
      type: 'int32s',
      value: tokens.map((_, id) => (id < SPECIAL_TOKENS.length ? CONTROL : NORMAL)),
    },
    'tokenizer.ggml.merges': { type: 'strings', value: merges },
    'tokenizer.ggml.bos_token_id': { type: 'uint32', value: END_OF_TEXT },
    'tokenizer.ggml.eos_token_id': { type: 'uint32', value: TURN_END },
    'tokenizer.ggml.padding_token_id': { type: 'uint32', value: END_OF_TEXT },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
    'tokenizer.chat_template': { type: 'string', value: CHATML_TEMPLATE },
  };
};
