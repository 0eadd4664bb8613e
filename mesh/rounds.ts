import type { Log } from './log.ts';

/** Work that is repeated until it is stopped. */
export interface Rounds {
  /** Waits for a round that runs. */
  stop(): Promise<void>;
}

/**
 * Runs `round` again and again, each after a pause; one that fails is logged and tried again.
 * @param what what the rounds do, for the log: "housekeeping"
 */
export const startRounds = (
  what: string,
  round: () => Promise<void>,
  { log, pauseMs }: { readonly log: Log; readonly pauseMs: number },
): Rounds => {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  let stopped = false;
  const run = async (): Promise<void> => {
    try {
      await round();
    } catch (error) {
      log.warn({ error }, `${what} failed; it is tried again`);
    }
    if (!stopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = run();
    }, pauseMs).unref();
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
