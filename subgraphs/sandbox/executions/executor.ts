import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds } from '#mesh/rounds.ts';
import { beat, leave, markLost, purgeExecutions } from '../store/executors.ts';

const BEAT_MS = 2_000;
/** Who has been silent for so long is taken for dead. One that was only slow corrects that at the end of its executions. */
const SILENT_SECONDS = 10;
const PURGE_EVERY = 30;
/** What the history keeps of each user. */
const KEPT_OF_ONE_USER = 200;

export interface ExecutorOptions {
  readonly id: string;
  readonly days: number;
  /** The executions that this process has under way. */
  readonly running: () => readonly string[];
  /** Ends some of them, which nobody wants any more. */
  readonly cancel: (ids: readonly string[]) => void;
  readonly log: Log;
}

/**
 * Says every two seconds that this process is alive, marks the executions of those who do not say it any more as lost,
 * and forgets old ones.
 */
export const startExecutor = async (
  database: Database,
  { id, days, running, cancel, log }: ExecutorOptions,
): Promise<{ stop(): Promise<void> }> => {
  let round = 0;
  const look = async (): Promise<void> => {
    cancel(await beat(database, id, running()));
    const lost = await markLost(database, SILENT_SECONDS);
    if (lost > 0) log.warn({ executions: lost }, 'executions were lost with the process that ran them');
    if (round++ % PURGE_EVERY === 0) await purgeExecutions(database, days, KEPT_OF_ONE_USER);
  };
  // Before its first execution: without it another would take that for lost.
  await look();
  const rounds = startRounds('keeping executions', look, { log, pauseMs: BEAT_MS });
  return {
    stop: async () => {
      await rounds.stop();
      await leave(database, id).catch((error: unknown) => log.warn({ error }, 'the executor did not sign off'));
    },
  };
};
