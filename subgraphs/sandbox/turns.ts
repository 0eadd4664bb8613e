import { StudioError } from '#mesh/errors.ts';

/** Lets works of one key run one after the other, and works of different keys side by side. */
export interface Turns {
  /**
   * Runs `work` once it is its turn.
   * @throws StudioError OVERLOADED when too many wait for this key already
   */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** @param waiting how many may wait for one key, the running one included */
export const createTurns = (waiting: number): Turns => {
  const lines = new Map<string, { length: number; last: Promise<unknown> }>();
  return {
    take: async (key, work) => {
      const line = lines.get(key) ?? { length: 0, last: Promise.resolve() };
      if (line.length >= waiting) throw new StudioError('OVERLOADED');
      lines.set(key, line);
      line.length += 1;
      const mine = line.last.then(work);
      // The next one waits for the end of this one, whatever end it is.
      line.last = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        line.length -= 1;
        if (line.length === 0) lines.delete(key);
      }
    },
  };
};
