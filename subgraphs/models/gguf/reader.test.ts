import { expect, test } from 'vitest';
import { readGgufHeader } from './reader.ts';
import { ggufBytes } from './writer.ts';

const file = (): Buffer =>
  Buffer.concat([
    ...ggufBytes(
      {
        'general.architecture': { type: 'string', value: 'llama' },
        'llama.context_length': { type: 'uint32', value: 512 },
        'llama.rope.freq_base': { type: 'float32', value: 0.5 },
        'tokenizer.ggml.tokens': { type: 'strings', value: ['a', 'b', 'c'] },
        'tokenizer.ggml.token_type': { type: 'int32s', value: [1, 1, 3] },
      },
      [{ name: 'token_embd.weight', shape: [32, 3], type: 'f32', data: new Float32Array(96) }],
    ),
  ]);

test('a header says its metadata, how long its lists are, and how many weights follow', () => {
  expect(readGgufHeader(file())).toEqual({
    outcome: 'read',
    metadata: new Map<string, unknown>([
      ['general.architecture', 'llama'],
      ['llama.context_length', 512],
      ['llama.rope.freq_base', 0.5],
      ['tokenizer.ggml.tokens', { length: 3 }],
      ['tokenizer.ggml.token_type', [1, 1, 3]],
    ]),
    parameters: 96,
  });
});

test('a header that is cut off anywhere is incomplete, and never anything else', () => {
  const whole = file();
  const header = whole.indexOf('token_embd.weight') + 'token_embd.weight'.length + 4 + 16 + 12;
  for (let length = 0; length < header; length++) {
    expect(readGgufHeader(whole.subarray(0, length)), `${length} bytes`).toEqual({ outcome: 'incomplete' });
  }
  expect(readGgufHeader(whole.subarray(0, header)).outcome).toBe('read');
});

const broken = (change: (bytes: Buffer) => void): unknown => {
  const bytes = file();
  change(bytes);
  return readGgufHeader(bytes);
};
const after = (bytes: Buffer, text: string): number => bytes.indexOf(text) + text.length;

test.each<[string, string, (bytes: Buffer) => void]>([
  ['another format', 'it is no GGUF file', (bytes) => void bytes.write('GGML')],
  ['a version to come', 'it is of GGUF version 9', (bytes) => void bytes.writeUInt32LE(9, 4)],
  ['2^60 tensors', 'its header says 1152921504606846976 tensors', (bytes) => void bytes.writeBigUInt64LE(2n ** 60n, 8)],
  ['2^31 metadata', 'its header says 2147483648 metadata', (bytes) => void bytes.writeBigUInt64LE(2n ** 31n, 16)],
  [
    'a key of 2^40 bytes',
    'its header says 1099511627776 bytes in a key',
    (bytes) => void bytes.writeBigUInt64LE(2n ** 40n, 24),
  ],
  [
    'a value of no type',
    'its header has a value of the unknown type 77',
    (bytes) => void bytes.writeUInt32LE(77, after(bytes, 'llama.context_length')),
  ],
  [
    'a list of 2^60 texts',
    'its header says 1152921504606846976 entries in a list',
    (bytes) => void bytes.writeBigUInt64LE(2n ** 60n, after(bytes, 'tokenizer.ggml.tokens') + 8),
  ],
  [
    'a tensor of 1,000 dimensions',
    'its header has a tensor of 1000 dimensions',
    (bytes) => void bytes.writeUInt32LE(1_000, after(bytes, 'token_embd.weight')),
  ],
])('%s is damage: %s', (_name, reason, change) => {
  expect(broken(change)).toEqual({ outcome: 'damaged', reason });
});

test('lists in lists are followed a few levels deep only', () => {
  const bytes = file();
  const place = after(bytes, 'tokenizer.ggml.tokens');
  const nested = Buffer.concat(
    Array.from({ length: 1_000 }, () => {
      const level = Buffer.alloc(12);
      level.writeUInt32LE(9);
      level.writeBigUInt64LE(1n, 4);
      return level;
    }),
  );
  const whole = Buffer.concat([bytes.subarray(0, place + 4), nested]);
  expect(readGgufHeader(whole)).toEqual({ outcome: 'damaged', reason: 'its header nests lists too deep' });
});

test('noise is never more than an outcome', () => {
  const whole = file();
  let seed = 7;
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31);
  for (let round = 0; round < 2_000; round++) {
    const bytes = Buffer.from(whole);
    for (let change = 0; change < 8; change++) bytes[8 + (random() % (bytes.length - 8))] = random() % 256;
    expect(['read', 'incomplete', 'damaged']).toContain(readGgufHeader(bytes).outcome);
  }
});
