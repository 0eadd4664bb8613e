/** Digits that tell two numbers of 32 bits apart; those of 64 bits would be twice as long on the wire. */
const DIGITS = 9;

/**
 * The first numbers of a vector, made as long as 1, so that a product of two tells how alike they are. One of zeros has
 * no direction and stays as it is.
 * @throws Error when there is no such vector: something in it is not a number, or infinite
 */
export const unitVector = (vector: Float32Array, dimensions: number): number[] => {
  const kept = vector.subarray(0, dimensions);
  const length = Math.sqrt(kept.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length)) throw new Error('the model made a vector without a length');
  return Array.from(kept, (value) => (length === 0 ? 0 : Number(Math.fround(value / length).toPrecision(DIGITS))));
};
