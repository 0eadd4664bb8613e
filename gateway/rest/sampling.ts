/** The parameters that shape what a model writes, in OpenAI's names. */
export interface Sampling {
  readonly max_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly repeat_penalty?: number | null;
  readonly seed?: number | null;
  readonly stop?: string | readonly string[] | null;
}

/** The lowest 32 bits of a number, as the graph's Int has them. */
const narrow = (seed: number): number => Number(BigInt.asIntN(32, BigInt(seed)));

/** The same in the graph's names, without the tokens, which a chat has by another name. */
export const samplingInput = ({ temperature, top_p, top_k, repeat_penalty, seed, stop }: Sampling) => ({
  temperature,
  topP: top_p,
  topK: top_k,
  repeatPenalty: repeat_penalty,
  seed: typeof seed === 'number' ? narrow(seed) : seed,
  stop: typeof stop === 'string' ? [stop] : stop,
});
