import { StudioError } from '#mesh/errors.ts';

/** Runs `work` when its turn comes. Throws OVERLOADED when too many wait already. */
export type WorkQueue = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * First come, first served.
 * @param lanes how many run at once
 * @param places how many may wait besides
 */
export const createWorkQueue = (lanes: number, places: number): WorkQueue => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < lanes) running += 1;
    else if (waiting.length < places) await new Promise<void>((go) => waiting.push(go));
    else throw new StudioError('OVERLOADED', undefined, { retryAfterSeconds: 5 });
    try {
      return await work();
    } finally {
      // The lane goes to the next one in line, so nobody overtakes.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};
