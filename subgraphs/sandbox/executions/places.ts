import type { Config } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { createFairLine } from '#mesh/fair-line.ts';

/** A turn that has come, or will come. */
export interface Ticket {
  /** Resolves when it is its turn. It never does once it was given back. */
  readonly turn: Promise<void>;
  /** Leaves the line, or frees the place; repeating it changes nothing. */
  giveBack(): void;
}

/** Places for executions, given to users in turn. */
export interface Places {
  /**
   * @throws StudioError RATE_LIMITED when the user has too many waiting, OVERLOADED when all have; both say when to try
   * again
   */
  take(userId: string): Ticket;
  load(): { readonly running: number; readonly waiting: number };
}

export interface PlacesOptions {
  readonly running: number;
  readonly runningOfOneUser: number;
  readonly waiting: number;
  readonly waitingOfOneUser: number;
}

/** A program mostly waits or mostly computes: twice as many as processors keep them busy. One user has half of that. */
export const placesFor = (
  { executions, executionsPerUser }: Pick<Config, 'executions' | 'executionsPerUser'>,
  processors: number,
): PlacesOptions => {
  const running = executions ?? processors * 2;
  return {
    running,
    runningOfOneUser: executionsPerUser ?? Math.ceil(running / 2),
    waiting: 200,
    waitingOfOneUser: 50,
  };
};

/** In seconds: about as long as an execution by default takes at most. */
const RETRY_AFTER = 10;

export const createPlaces = ({ running, runningOfOneUser, waiting, waitingOfOneUser }: PlacesOptions): Places => {
  /** By user, how many run. */
  const taken = new Map<string, number>();
  const line = createFairLine<PromiseWithResolvers<void>>(waiting, waitingOfOneUser);
  let free = running;
  /** By user, how many wait. */
  const queued = new Map<string, number>();

  const count = (counts: Map<string, number>, userId: string, by: number): void => {
    const now = (counts.get(userId) ?? 0) + by;
    if (now > 0) counts.set(userId, now);
    else counts.delete(userId);
  };
  const mayRun = (userId: string): boolean => (taken.get(userId) ?? 0) < runningOfOneUser;
  const fill = (): void => {
    while (free > 0) {
      let turn: string | undefined;
      const next = line.next((userId) => {
        turn = userId;
        return mayRun(userId);
      });
      if (!next || turn === undefined) return;
      count(queued, turn, -1);
      count(taken, turn, 1);
      free--;
      next.resolve();
    }
  };

  return {
    take: (userId) => {
      const asked = Promise.withResolvers<void>();
      if (!line.join(userId, asked)) {
        const isOwn = (queued.get(userId) ?? 0) >= waitingOfOneUser;
        throw isOwn
          ? new StudioError('RATE_LIMITED', `${waitingOfOneUser} of your executions wait already.`, {
              retryAfterSeconds: RETRY_AFTER,
            })
          : new StudioError('OVERLOADED', 'Too many executions wait already.', { retryAfterSeconds: RETRY_AFTER });
      }
      count(queued, userId, 1);
      fill();
      let isBack = false;
      return {
        turn: asked.promise,
        giveBack: () => {
          if (isBack) return;
          isBack = true;
          if (line.leave(userId, asked)) {
            count(queued, userId, -1);
            return;
          }
          count(taken, userId, -1);
          free++;
          fill();
        },
      };
    },
    load: () => ({ running: running - free, waiting: line.size }),
  };
};
