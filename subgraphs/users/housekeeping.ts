import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { reapOne } from './store/billing.ts';
import { deleteExpiredRefreshTokens, deleteExpiredSessions } from './store/sessions.ts';

/** A reservation outlives its lease by this at most; both rounds are one indexed look when there is nothing to do. */
const INTERVAL_MS = 1_000;

/** Closes the reservations of workers that are gone, and forgets sessions and refresh tokens that have ended. Safe on every replica. */
export const keepHouse = async (db: Database): Promise<void> => {
  while (await reapOne(db));
  await deleteExpiredSessions(db);
  await deleteExpiredRefreshTokens(db);
};

/** Keeps house every few seconds until it is stopped; `stop` waits for a round that runs. */
export const startHousekeeping = (
  db: Database,
  log: Log,
  intervalMs: number = INTERVAL_MS,
): { stop(): Promise<void> } => {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  let stopped = false;
  const round = async (): Promise<void> => {
    try {
      await keepHouse(db);
    } catch (error) {
      log.warn({ error }, 'housekeeping failed; it is tried again');
    }
    if (!stopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = round();
    }, intervalMs).unref();
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
