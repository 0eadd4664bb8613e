import { writeFile } from 'node:fs/promises';

/** A metadata value of a GGUF file, of the types that our models need. */
type GgufValue =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s'; readonly value: readonly number[] };

export type GgufMetadata = Readonly<Record<string, GgufValue>>;

export type TensorType = 'f32' | 'f16' | 'q8_0';

export interface Tensor {
  readonly name: string;
  /** ggml's order: the first is the contiguous axis, so a torch weight of [out, in] has [in, out]. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly data: Float32Array;
}

const VERSION = 3;
const ALIGNMENT = 32;
/** Weights that share one scale in q8_0, and the bytes they take: a half and 32 signed bytes. */
const BLOCK = 32;
const BLOCK_BYTES = 34;

const VALUE_TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPE: Readonly<Record<TensorType, number>> = { f32: 0, f16: 1, q8_0: 8 };
/** `general.file_type` of a file whose matrices have this type. */
export const FILE_TYPE: Readonly<Record<TensorType, number>> = { f32: 0, f16: 1, q8_0: 7 };

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const float32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const string = (value: string): Buffer => {
  const text = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(text.length), text]);
};

const encodeValue = (entry: GgufValue): Buffer => {
  switch (entry.type) {
    case 'uint32':
      return Buffer.concat([uint32(VALUE_TYPE.uint32), uint32(entry.value)]);
    case 'float32':
      return Buffer.concat([uint32(VALUE_TYPE.float32), float32(entry.value)]);
    case 'bool':
      return Buffer.concat([uint32(VALUE_TYPE.bool), Buffer.of(entry.value ? 1 : 0)]);
    case 'string':
      return Buffer.concat([uint32(VALUE_TYPE.string), string(entry.value)]);
    case 'strings':
      return Buffer.concat([
        uint32(VALUE_TYPE.array),
        uint32(VALUE_TYPE.string),
        uint64(entry.value.length),
        ...entry.value.map(string),
      ]);
    case 'int32s':
      return Buffer.concat([
        uint32(VALUE_TYPE.array),
        uint32(VALUE_TYPE.int32),
        uint64(entry.value.length),
        ...entry.value.map(int32),
      ]);
  }
};

const floatView = new DataView(new ArrayBuffer(4));

/** The bits of the IEEE 754 half that is nearest to a number, ties to even. */
export const toHalf = (value: number): number => {
  floatView.setFloat32(0, value);
  const bits = floatView.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent >= 31) return sign | 0x7c00;
  const subnormal = exponent <= 0;
  if (exponent < -10) return sign;
  const mantissa = (bits & 0x7fffff) | (subnormal ? 0x800000 : 0);
  const dropped = subnormal ? 14 - exponent : 13;
  const kept = (subnormal ? 0 : exponent << 10) + (mantissa >> dropped);
  const rest = mantissa & ((1 << dropped) - 1);
  const tie = 1 << (dropped - 1);
  // A carry out of the mantissa makes the exponent one larger, which is what rounding up means.
  return sign | (kept + (rest > tie || (rest === tie && kept % 2 === 1) ? 1 : 0));
};

const encodeQ8 = (data: Float32Array): Buffer => {
  const blocks = data.length / BLOCK;
  const bytes = Buffer.alloc(blocks * BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    const weights = data.subarray(block * BLOCK, (block + 1) * BLOCK);
    const scale = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / 127;
    const start = block * BLOCK_BYTES;
    bytes.writeUInt16LE(toHalf(scale), start);
    weights.forEach((weight, index) => {
      bytes.writeInt8(scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(weight / scale))), start + 2 + index);
    });
  }
  return bytes;
};

const encodeTensor = ({ type, data }: Tensor): Buffer => {
  switch (type) {
    case 'f32':
      return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    case 'f16':
      return Buffer.from(Uint16Array.from(data, toHalf).buffer);
    case 'q8_0':
      return encodeQ8(data);
  }
};

const bytesOf = ({ type, data }: Tensor): number => {
  switch (type) {
    case 'f32':
      return data.length * 4;
    case 'f16':
      return data.length * 2;
    case 'q8_0':
      return (data.length / BLOCK) * BLOCK_BYTES;
  }
};

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;
const padding = (size: number): Buffer => Buffer.alloc(aligned(size) - size);

const check = ({ name, shape, type, data }: Tensor): void => {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) throw new Error(`${name} has ${data.length} weights for a shape of ${shape.join(' × ')}.`);
  if (type === 'q8_0' && (shape[0] ?? 0) % BLOCK !== 0) {
    throw new Error(`${name}: the rows of a q8_0 tensor are multiples of ${BLOCK}.`);
  }
};

/** The bytes of a GGUF v3 file, in order. */
export function* ggufBytes(metadata: GgufMetadata, tensors: readonly Tensor[]): Generator<Buffer, void> {
  tensors.forEach(check);
  const entries = Object.entries(metadata);
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const info = Buffer.concat([
      string(tensor.name),
      uint32(tensor.shape.length),
      ...tensor.shape.map(uint64),
      uint32(TENSOR_TYPE[tensor.type]),
      uint64(offset),
    ]);
    offset += aligned(bytesOf(tensor));
    return info;
  });
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(VERSION),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(([key, value]) => [string(key), encodeValue(value)]),
    ...infos,
  ]);
  yield header;
  yield padding(header.length);
  for (const tensor of tensors) {
    const bytes = encodeTensor(tensor);
    yield bytes;
    yield padding(bytes.length);
  }
}

/**
 * Writes a GGUF v3 file, the format that llama.cpp loads.
 * @throws Error when a tensor's weights do not fit its shape or type
 */
export const writeGguf = (path: string, metadata: GgufMetadata, tensors: readonly Tensor[]): Promise<void> =>
  writeFile(path, ggufBytes(metadata, tensors));
