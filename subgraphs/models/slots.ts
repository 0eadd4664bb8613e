import { StudioError } from '#mesh/errors.ts';
import { abortable } from '#mesh/abortable.ts';

/** Places that are given out in the order of asking. */
export interface Slots {
  /**
   * Waits for a free place; the function that it answers gives it back, once.
   * @throws StudioError OVERLOADED when too many wait already; the signal's reason; what `close` was given
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** How many places are taken, and how many wait for one. */
  load(): { readonly active: number; readonly queued: number };
  /** Refuses everyone who waits or comes later. */
  close(reason: Error): void;
}

/**
 * @param places how many may work at once
 * @param waiting how many may wait beside them
 */
export const createSlots = (places: number, waiting: number): Slots => {
  let free = places;
  let closed: Error | undefined;
  const line = new Set<PromiseWithResolvers<void>>();

  const giveBack = (): void => {
    const [next] = line;
    if (!next) {
      free += 1;
      return;
    }
    line.delete(next);
    next.resolve();
  };
  const place = (): (() => void) => {
    let held = true;
    return () => {
      if (held) giveBack();
      held = false;
    };
  };

  return {
    take: async (signal) => {
      if (closed) throw closed;
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return place();
      }
      if (line.size >= waiting) throw new StudioError('OVERLOADED');
      const turn = Promise.withResolvers<void>();
      line.add(turn);
      try {
        await abortable(turn.promise, signal);
      } catch (error) {
        // One who was called in the very moment of leaving has the place already, and hands it on.
        if (!line.delete(turn) && !closed) giveBack();
        throw error;
      }
      return place();
    },
    load: () => ({ active: places - free, queued: line.size }),
    close: (reason) => {
      closed = reason;
      for (const turn of line) turn.reject(reason);
      line.clear();
    },
  };
};
