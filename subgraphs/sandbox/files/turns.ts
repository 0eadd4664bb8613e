import { StudioError } from '#mesh/errors.ts';
import { createFairLine } from '#mesh/fair-line.ts';

/** How many wait for a place at most, of all users together. */
const WAITING = 128;

/** Places for work that takes much memory or a processor: who finds none waits, one of each user in turn. */
export interface Turns {
  /**
   * Waits for a place.
   * @returns gives the place back; to be called once
   * @throws StudioError RATE_LIMITED when the user has too much of it under way, OVERLOADED when too many wait
   */
  enter(userId: string): Promise<() => void>;
  /** Does a piece of work in a place. @throws as `enter`, and as the work */
  take<T>(userId: string, work: () => Promise<T>): Promise<T>;
}

/**
 * @param places how much of it is done at once
 * @param ofUser how much of it one user may have under way, what waits included
 */
export const createTurns = (places: number, ofUser: number): Turns => {
  const line = createFairLine<() => void>(WAITING, ofUser);
  const underWay = new Map<string, number>();
  let free = places;

  const leave = (userId: string): void => {
    const own = underWay.get(userId) ?? 0;
    if (own > 1) underWay.set(userId, own - 1);
    else underWay.delete(userId);
    // The place goes from one to the other.
    const next = line.next();
    if (next) next();
    else free += 1;
  };

  const enter: Turns['enter'] = async (userId) => {
    const own = underWay.get(userId) ?? 0;
    if (own >= ofUser) {
      const sentence = `You have ${ofUser} of these under way already: wait for one.`;
      throw new StudioError('RATE_LIMITED', sentence, { retryAfterSeconds: 1 });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    if (free > 0) {
      free -= 1;
      resolve();
    } else if (!line.join(userId, resolve)) {
      throw new StudioError('OVERLOADED', undefined, { retryAfterSeconds: 5 });
    }
    underWay.set(userId, own + 1);
    await promise;
    return () => leave(userId);
  };

  return {
    enter,
    take: async (userId, work) => {
      const done = await enter(userId);
      try {
        return await work();
      } finally {
        done();
      }
    },
  };
};
