import { sql } from 'slonik';
import { z } from 'zod';
import type { Log } from '#mesh/log.ts';
import { startRounds, type Rounds } from '#mesh/rounds.ts';
import type { Database } from './pool.ts';

/** How soon after an erasure its services begin; a round with nothing to do is one indexed look. */
const PAUSE_MS = 1_000;

const Nothing = z.object({});

/**
 * Erases what the pool's service still keeps about people who are being erased, until it is stopped. The list stands in
 * the database: what a killed process leaves half done, the next one does again, and so do replicas at once.
 * @param erase removes all that the service keeps about a user; idempotent
 */
export const startErasing = (
  database: Database,
  erase: (userId: string) => Promise<void>,
  { log, pauseMs = PAUSE_MS }: { readonly log: Log; readonly pauseMs?: number },
): Rounds => {
  const round = async (): Promise<void> => {
    const users = await database.anyFirst(
      sql.type(z.object({ userId: z.uuid() }))`select user_id as "userId" from erasure.pending() as user_id`,
    );
    for (const userId of users) {
      try {
        await erase(userId);
        await database.query(sql.type(Nothing)`select erasure.done(${userId})`);
        log.info({ userId }, 'a person was erased');
      } catch (error) {
        // The others are not kept waiting by one that fails.
        log.error({ error, userId }, 'a person could not be erased yet; it is tried again');
      }
    }
  };
  return startRounds('erasing', round, { log, pauseMs });
};
