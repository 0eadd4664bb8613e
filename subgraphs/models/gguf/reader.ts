/** One value of the metadata. Of long texts and of lists other than short ones of numbers only the length is kept. */
export type GgufValue = number | boolean | string | readonly number[] | { readonly length: number };

export type GgufHeader =
  | {
      readonly outcome: 'read';
      readonly metadata: ReadonlyMap<string, GgufValue>;
      /** Weights of all tensors together. */
      readonly parameters: number;
    }
  /** The header goes on after these bytes. */
  | { readonly outcome: 'incomplete' }
  | { readonly outcome: 'damaged'; readonly reason: string };

const VERSIONS: readonly number[] = [2, 3];
const MAX_ENTRIES = 65_536;
const MAX_TENSORS = 65_536;
const MAX_KEY_BYTES = 65_535;
const MAX_NAME_BYTES = 1_024;
const MAX_DIMENSIONS = 4;
/** Lists of lists exist in no model that anyone has seen; they are skipped, but not without end. */
const MAX_NESTING = 4;
/** What a header says of itself may be absurd; more than this is. */
const MAX_LENGTH = 2 ** 40;
const KEPT_TEXT_BYTES = 1_024;
/** A number for each layer is the longest list that anybody asks for. */
const KEPT_NUMBERS = 1_024;

const STRING = 8;
const LIST = 9;

/** How a value of each type of fixed size is read. */
const READERS: Readonly<
  Record<number, { readonly size: number; readonly read: (bytes: Buffer, at: number) => number | boolean }>
> = {
  0: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  1: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  2: { size: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  3: { size: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  4: { size: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  5: { size: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  6: { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  7: { size: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 },
  10: { size: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) },
  11: { size: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  12: { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};

class Incomplete extends Error {}
class Damaged extends Error {}

const read = (bytes: Buffer): Extract<GgufHeader, { readonly outcome: 'read' }> => {
  let at = 0;
  const skip = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw new Incomplete();
    return from;
  };
  const uint32 = (): number => bytes.readUInt32LE(skip(4));
  const bounded = (what: string, most: number): number => {
    const value = bytes.readBigUInt64LE(skip(8));
    if (value > BigInt(most)) throw new Damaged(`its header says ${value} ${what}`);
    return Number(value);
  };
  const text = (what: string, most: number): string => {
    const length = bounded(`bytes in ${what}`, most);
    const from = skip(length);
    return bytes.toString('utf8', from, from + length);
  };
  const list = (depth: number): GgufValue => {
    if (depth > MAX_NESTING) throw new Damaged('its header nests lists too deep');
    const type = uint32();
    const length = bounded('entries in a list', MAX_LENGTH);
    const element = READERS[type];
    if (element) {
      const from = skip(length * element.size);
      if (length > KEPT_NUMBERS) return { length };
      return Array.from({ length }, (_, index) => Number(element.read(bytes, from + index * element.size)));
    }
    // Every entry takes bytes, so that this ends where the bytes end.
    for (let index = 0; index < length; index++) value(type, depth + 1);
    return { length };
  };
  const value = (type: number, depth: number): GgufValue => {
    const scalar = READERS[type];
    if (scalar) return scalar.read(bytes, skip(scalar.size));
    if (type === LIST) return list(depth);
    if (type !== STRING) throw new Damaged(`its header has a value of the unknown type ${type}`);
    const length = bounded('bytes in a text', MAX_LENGTH);
    const from = skip(length);
    return length > KEPT_TEXT_BYTES ? { length } : bytes.toString('utf8', from, from + length);
  };

  if (bytes.toString('latin1', 0, 4) !== 'GGUF'.slice(0, bytes.length)) throw new Damaged('it is no GGUF file');
  skip(4);
  const version = uint32();
  if (!VERSIONS.includes(version)) throw new Damaged(`it is of GGUF version ${version}`);
  const tensors = bounded('tensors', MAX_TENSORS);
  const entries = bounded('metadata', MAX_ENTRIES);
  const metadata = new Map<string, GgufValue>();
  for (let entry = 0; entry < entries; entry++) {
    const key = text('a key', MAX_KEY_BYTES);
    metadata.set(key, value(uint32(), 0));
  }
  let parameters = 0;
  for (let tensor = 0; tensor < tensors; tensor++) {
    text('the name of a tensor', MAX_NAME_BYTES);
    const dimensions = uint32();
    if (dimensions > MAX_DIMENSIONS) throw new Damaged(`its header has a tensor of ${dimensions} dimensions`);
    let weights = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) weights *= bounded('weights in a row', MAX_LENGTH);
    parameters += weights;
    skip(4 + 8); // its type and its place
  }
  return { outcome: 'read', metadata, parameters };
};

/**
 * Reads the header of a GGUF file from its first bytes. Never throws; takes time and memory in proportion to the bytes
 * that are given, whatever they say of themselves.
 */
export const readGgufHeader = (bytes: Buffer): GgufHeader => {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof Incomplete) return { outcome: 'incomplete' };
    if (error instanceof Damaged) return { outcome: 'damaged', reason: error.message };
    throw error;
  }
};
