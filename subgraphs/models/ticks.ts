import { abortable } from '#mesh/abortable.ts';

/** Beats for whoever listens; nothing runs while nobody does. */
export interface Ticks {
  /** One at once, and then at each beat that its reader is there for, until the signal aborts. */
  follow(signal: AbortSignal): AsyncGenerator<void, void, undefined>;
  /** Whether anybody listens. */
  running(): boolean;
}

/** One timer, however many listen. */
export const createTicks = (pauseMs: number): Ticks => {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const join = (listener: () => void): void => {
    listeners.add(listener);
    timer ??= setInterval(() => {
      for (const each of listeners) each();
    }, pauseMs).unref();
  };
  const leave = (listener: () => void): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    follow: async function* (signal) {
      let beat = Promise.withResolvers<void>();
      const listener = (): void => beat.resolve();
      join(listener);
      try {
        for (;;) {
          yield;
          await abortable(beat.promise, signal);
          beat = Promise.withResolvers<void>();
        }
      } finally {
        leave(listener);
      }
    },
    running: () => timer !== undefined,
  };
};
