import { StudioError } from '#mesh/errors.ts';

/**
 * Runs `work` when its turn comes. Throws OVERLOADED when too many wait already.
 * @param who in whose name; all that one has waiting counts as one
 */
export type WorkQueue = <T>(work: () => Promise<T>, who?: string) => Promise<T>;

interface Waiter {
  readonly go: () => void;
  readonly refuse: (why: StudioError) => void;
}

const overloaded = (): StudioError => new StudioError('OVERLOADED', undefined, { retryAfterSeconds: 5 });

/**
 * Everybody in turn, and each one's work in the order it came. When all places are taken, whoever has most of them gives
 * up the last one for somebody who has fewer.
 * @param lanes how many run at once
 * @param places how many may wait besides
 */
export const createWorkQueue = (lanes: number, places: number): WorkQueue => {
  /** In the order in which they have their turn. */
  const waiting = new Map<string, Waiter[]>();
  let running = 0;
  let taken = 0;

  const next = (): Waiter | undefined => {
    const [first] = waiting;
    if (!first) return undefined;
    const [who, line] = first;
    const waiter = line.shift();
    taken -= 1;
    waiting.delete(who);
    if (line.length > 0) waiting.set(who, line);
    return waiter;
  };

  /** Makes a place for somebody who has so many; false when nobody has more than that one then would. */
  const makePlace = (has: number): boolean => {
    const longest = [...waiting.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
    if (longest.length <= has + 1) return false;
    taken -= 1;
    longest.pop()?.refuse(overloaded());
    return true;
  };

  const wait = async (who: string): Promise<void> => {
    if (taken >= places && !makePlace(waiting.get(who)?.length ?? 0)) throw overloaded();
    const line = waiting.get(who) ?? [];
    taken += 1;
    waiting.set(who, line);
    await new Promise<void>((go, refuse) => line.push({ go, refuse }));
  };

  return async (work, who = '') => {
    if (running < lanes) running += 1;
    else await wait(who);
    try {
      return await work();
    } finally {
      // The lane goes to the next one in turn, so nobody overtakes.
      const waiter = next();
      if (waiter) waiter.go();
      else running -= 1;
    }
  };
};
