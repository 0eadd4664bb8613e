import type { Log } from '#mesh/log.ts';
import type { Catalogue } from './catalogue.ts';
import { decideStart, type ModelState } from './model-state.ts';
import type { Settings } from './settings.ts';
import type { Workers } from './workers.ts';

/** How often it is looked whether one of them has failed, at most. */
const LOOK_MS = 15_000;

/**
 * Whether a pinned model is loaded now: when the service starts, and again, after its rest, when it has failed. One that
 * an admin has unloaded stays so.
 */
export const decidePinned = (state: ModelState, starting: boolean, now: number): boolean =>
  state.status !== 'LOADED' &&
  state.status !== 'LOADING' &&
  (starting || state.failures > 0) &&
  decideStart(state, now).decision === 'start';

export interface Pinned {
  stop(): void;
}

/** Keeps the models in memory that admins have pinned. What is in the way of one is for the log, and for `lastError`. */
export const keepPinned = (
  catalogue: Pick<Catalogue, 'list'>,
  settings: Pick<Settings, 'of'>,
  workers: Pick<Workers, 'load' | 'stateOf'>,
  log: Log,
  lookMs: number = LOOK_MS,
): Pinned => {
  const stopping = new AbortController();
  let starting = true;

  const look = async (): Promise<void> => {
    const pinned: string[] = [];
    for (const { name } of await catalogue.list()) if ((await settings.of(name)).pinned) pinned.push(name);
    const names = pinned.filter((name) => decidePinned(workers.stateOf(name), starting, Date.now()));
    starting = false;
    // One after the other: two that load at once make each other slow.
    for (const name of names) {
      if (stopping.signal.aborted) return;
      await workers.load(name, {}, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ model: name, error }, 'a pinned model was not loaded');
      });
    }
  };

  let looking: Promise<void> | undefined;
  const begin = (): void => {
    looking ??= look()
      // A folder or settings that cannot be read now are read at the next look.
      .catch((error: unknown) => log.warn({ error }, 'pinned models were not looked for'))
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(begin, lookMs).unref();
  begin();

  return {
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
};
