/** The length to which a vector is brought; what is shorter than this has no direction. */
const SHORTEST = 1e-12;

/** Numbers as floats of 32 bits, of length 1; null when they have no direction. */
export const packVector = (numbers: readonly number[]): Buffer | null => {
  const length = Math.hypot(...numbers);
  if (!Number.isFinite(length) || length < SHORTEST) return null;
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((value, index) => bytes.writeFloatLE(value / length, index * 4));
  return bytes;
};

/** The cosine between two vectors of length 1 and of the same number of floats: 1 for the same direction. */
export const cosineOf = (one: Buffer, other: Buffer): number => {
  const [left, right] = [one, other].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  let sum = 0;
  for (let at = 0; at < one.length; at += 4)
    sum += (left?.getFloat32(at, true) ?? 0) * (right?.getFloat32(at, true) ?? 0);
  return sum;
};
