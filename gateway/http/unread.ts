import type { ServerResponse } from 'node:http';
import type { Meter } from '../rates/meter.ts';
import type { Unread, UnreadAnswers } from '../rates/unread.ts';

/** How often is looked what waits of answers that come in parts. */
const LOOK_MS = 250;

export interface UnreadWatch {
  /** Runs what answers a request, and counts what its client leaves unread of it. */
  answering(response: ServerResponse, meter: Meter, answer: () => Promise<void>): Promise<void>;
  stop(): void;
}

/** Counts what waits on the connections of HTTP. */
export const createUnreadWatch = (unread: UnreadAnswers): UnreadWatch => {
  /** Looks what waits of each that is being answered. */
  const looks = new Set<() => void>();
  const timer = setInterval(() => {
    for (const look of looks) look();
  }, LOOK_MS);
  timer.unref();
  return {
    answering: async (response, meter, answer) => {
      // Who asks may be found out only on the way, before anything waits.
      let holder: string | undefined;
      const waiting: Unread = {
        bytes: () => (response.destroyed ? 0 : response.writableLength),
        cut: () => void response.destroy(),
      };
      const release = (): void => {
        if (holder !== undefined) unread.release(holder, waiting);
        holder = undefined;
      };
      const look = (): void => {
        if (waiting.bytes() === 0) return release();
        holder ??= meter.holder;
        unread.hold(holder, waiting);
      };
      looks.add(look);
      try {
        await answer();
      } finally {
        looks.delete(look);
        look();
        if (holder !== undefined) response.once('close', release);
      }
    },
    stop: () => clearInterval(timer),
  };
};
