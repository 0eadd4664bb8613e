import { sql } from 'slonik';
import type { Database } from '#mesh/database/pool.ts';

/** Runs `work` while no other process of the sandbox works on the same project. Holds a connection meanwhile. */
export const withProjectLock = <T>(database: Database, projectId: string, work: () => Promise<T>): Promise<T> =>
  database.transaction(async (transaction) => {
    await transaction.query(
      sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`sandbox.files:${projectId}`}, 0))`,
    );
    return work();
  });
