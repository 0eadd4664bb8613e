import { abortable } from '#mesh/abortable.ts';

/** Tells any number of listeners which names have changed. */
export interface Changes {
  publish(name: string): void;
  /** Names as they change, until the signal aborts. One that changes again before it is read comes once. */
  follow(signal: AbortSignal): AsyncGenerator<string, void, undefined>;
}

export const createChanges = (): Changes => {
  const listeners = new Set<(name: string) => void>();
  return {
    publish: (name) => {
      for (const listener of listeners) listener(name);
    },
    follow: async function* (signal) {
      const unread = new Set<string>();
      let arrival = Promise.withResolvers<void>();
      const listener = (name: string): void => {
        unread.add(name);
        arrival.resolve();
      };
      listeners.add(listener);
      try {
        for (;;) {
          arrival = Promise.withResolvers<void>();
          for (const name of unread) {
            unread.delete(name);
            yield name;
          }
          await abortable(arrival.promise, signal);
        }
      } finally {
        listeners.delete(listener);
      }
    },
  };
};
