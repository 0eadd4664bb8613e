import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** Far below 2^53: the bytes of a project, and the changes it has seen. */
const Count = z.bigint().transform(Number);
const State = z.object({ revision: Count, bytes: Count, files: z.int(), folders: z.int() });

/** What a project's row says of its files. */
export type ProjectState = z.infer<typeof State>;

/** The project's state, which nobody else changes before the transaction ends; null when there is no such project. */
export const lockProject = (transaction: Queries, projectId: string): Promise<ProjectState | null> =>
  transaction.maybeOne(
    sql.type(State)`
      select revision, bytes, files, folders from sandbox.projects where id = ${projectId} for no key update
    `,
  );

/** What a project's row says of its files, as it is at the moment; null when there is no such project. */
export const stateOf = (queries: Queries, projectId: string): Promise<ProjectState | null> =>
  queries.maybeOne(
    sql.type(State)`select revision, bytes, files, folders from sandbox.projects where id = ${projectId}`,
  );

/** The revision of the last change of a project; null when there is no such project. */
export const revisionOf = async (queries: Queries, projectId: string): Promise<number | null> =>
  (await stateOf(queries, projectId))?.revision ?? null;

/** Writes the state back, and wakes those who watch the project once the transaction is committed. */
export const saveProject = async (transaction: Queries, projectId: string, state: ProjectState): Promise<void> => {
  await transaction.query(
    sql.type(z.object({}))`
      with saved as (
        update sandbox.projects
        set revision = ${state.revision}, bytes = ${state.bytes}, files = ${state.files}, folders = ${state.folders}
        where id = ${projectId}
      )
      select pg_notify('sandbox_changes', ${`${projectId}:${state.revision}`})
    `,
  );
};
