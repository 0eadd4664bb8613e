import { StudioError } from '#mesh/errors.ts';
import { abortable } from '#mesh/abortable.ts';
import { createFairLine } from '#mesh/fair-line.ts';

/** Places that are given out to users in turn, and to the requests of one user in the order of asking. */
export interface Slots {
  /**
   * Waits for a free place; the function that it answers gives it back, once.
   * @throws StudioError OVERLOADED when too many wait already, with when to try again; the signal's reason; what `close`
   *   was given
   */
  take(user: string, signal: AbortSignal): Promise<() => void>;
  /** How many places are taken, and how many wait for one. */
  load(): { readonly active: number; readonly queued: number };
  /** Refuses everyone who waits or comes later. */
  close(reason: Error): void;
}

/** How many may wait for a place. */
export interface Waiting {
  readonly all: number;
  readonly ofOneUser: number;
}

/** What the newest of the times that places were held counts; the ones before it share the rest likewise. */
const NEWEST_SHARE = 0.2;
/** In seconds, while none is known. */
const UNKNOWN_WAIT = 5;
const LONGEST_WAIT = 120;

/**
 * When one who was refused should try again: when those who wait now will have been served.
 * @param heldMs how long places are held; undefined while nobody knows
 */
export const retryAfter = (heldMs: number | undefined, queued: number, places: number): number =>
  heldMs === undefined
    ? UNKNOWN_WAIT
    : Math.min(LONGEST_WAIT, Math.max(1, Math.ceil((heldMs * queued) / places / 1_000)));

/** @param places how many may work at once */
export const createSlots = (places: number, waiting: Waiting): Slots => {
  let free = places;
  let closed: Error | undefined;
  let heldMs: number | undefined;
  const line = createFairLine<PromiseWithResolvers<void>>(waiting.all, waiting.ofOneUser);

  const giveBack = (): void => {
    const next = line.next();
    if (next) next.resolve();
    else free += 1;
  };
  const place = (): (() => void) => {
    const since = performance.now();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const ms = performance.now() - since;
      heldMs = heldMs === undefined ? ms : heldMs + (ms - heldMs) * NEWEST_SHARE;
      giveBack();
    };
  };

  return {
    take: async (user, signal) => {
      if (closed) throw closed;
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return place();
      }
      const turn = Promise.withResolvers<void>();
      if (!line.join(user, turn)) {
        const retryAfterSeconds = retryAfter(heldMs, line.size, places);
        throw new StudioError('OVERLOADED', undefined, { retryAfterSeconds });
      }
      try {
        await abortable(turn.promise, signal);
      } catch (error) {
        // One who was called in the very moment of leaving has the place already, and hands it on.
        if (!line.leave(user, turn) && !closed) giveBack();
        throw error;
      }
      return place();
    },
    load: () => ({ active: places - free, queued: line.size }),
    close: (reason) => {
      closed = reason;
      for (const turn of line.clear()) turn.reject(reason);
    },
  };
};
