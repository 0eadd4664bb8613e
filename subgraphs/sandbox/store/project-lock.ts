import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';

/** Waits until no other process of the sandbox works on a project, and keeps them waiting to the end of the transaction. */
export const lockProject = async (transaction: Queries, projectId: string): Promise<void> => {
  await transaction.query(
    sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`sandbox.files:${projectId}`}, 0))`,
  );
};

/**
 * Runs `work` while no other process of the sandbox works on the same project. Holds a connection meanwhile.
 * @throws StudioError NOT_FOUND when the project is gone: its owner was erased while this waited
 */
export const withProjectLock = <T>(database: Database, projectId: string, work: () => Promise<T>): Promise<T> =>
  database.transaction(async (transaction) => {
    await lockProject(transaction, projectId);
    if (!(await transaction.exists(sql.type(z.object({}))`select 1 from sandbox.projects where id = ${projectId}`))) {
      throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
    }
    return work();
  });
