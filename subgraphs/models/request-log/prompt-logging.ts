import type { Database, Queries } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds } from '#mesh/rounds.ts';
import { purgeRequests, readPromptLogging, writePromptLogging, type Logging } from '../store/request-log.ts';

/** Whether prompts and answers are kept. */
export interface PromptLogging {
  /** As this process knows it, at most ten seconds late. Off until it was read. */
  enabled(): boolean;
  read(): Promise<Logging>;
  /** The transaction is the caller's, who says when it has ended. */
  write(db: Queries, enabled: boolean, days: number | null): Promise<Logging>;
  /** What was written is in force. */
  wrote(logging: Logging): void;
  stop(): Promise<void>;
}

const ROUND_MS = 10_000;

/** Keeps up with what admins want kept, and forgets what has been kept for long enough. */
export const startPromptLogging = (
  db: Database,
  requestDays: number,
  log: Log,
  pauseMs: number = ROUND_MS,
): PromptLogging => {
  let known: Logging = { enabled: false, days: 1 };
  const look = async (): Promise<void> => {
    known = await readPromptLogging(db);
  };
  look().catch((error: unknown) => log.warn({ error }, 'whether prompts are kept was not read yet'));
  const rounds = startRounds(
    'keeping the log of requests',
    async () => {
      await look();
      await purgeRequests(db, requestDays, known.days);
    },
    { log, pauseMs },
  );
  return {
    enabled: () => known.enabled,
    read: () => readPromptLogging(db),
    write: writePromptLogging,
    wrote: (logging) => {
      known = logging;
    },
    stop: () => rounds.stop(),
  };
};
