/** What a free slot remembers. */
export interface Memory {
  readonly index: number;
  /** Whose conversation it was; undefined while there was none. */
  readonly user: string | undefined;
  /** Tokens of it. */
  readonly remembered: number;
  /** As many of them as the new prompt begins with. */
  readonly shared: number;
  /** When it was given back; a larger number is later. */
  readonly usedAt: number;
}

/** Whether more is saved by going on with a memory than is lost of it, or there is nothing left to read. */
const isWorth = ({ remembered, shared }: Memory, promptTokens: number): boolean =>
  shared > remembered - shared || (remembered > 0 && shared >= promptTokens - 1);

const better = (one: Memory, other: Memory): number => other.shared - one.shared || one.index - other.index;

/**
 * The free slot for a prompt: the one of the same user that remembers most of it, if that is worth it. Otherwise one that
 * remembers nothing, or else the oldest memory of the user who has most of them, so that one user's many conversations
 * push out his own and not those of others. What a user's conversation left behind serves that user alone: how many
 * tokens of a prompt were remembered is told to whoever asks, and would say what others have asked.
 * @returns undefined when there is none
 */
export const chooseSlot = <T extends Memory>(free: readonly T[], user: string, promptTokens: number): T | undefined => {
  const [best] = free.filter((memory) => memory.user === user && isWorth(memory, promptTokens)).toSorted(better);
  if (best) return best;
  const memories = (whose: string | undefined): number =>
    whose === undefined ? Infinity : free.filter((memory) => memory.user === whose).length;
  const own = (memory: T): number => (memory.user === user ? 0 : 1);
  const [oldest] = free.toSorted((one, other) => {
    // Infinities of two empty ones would make NaN.
    const [ofOne, ofOther] = [memories(one.user), memories(other.user)];
    if (ofOne !== ofOther) return ofOther - ofOne;
    return own(one) - own(other) || one.usedAt - other.usedAt || one.index - other.index;
  });
  return oldest;
};
