import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import type { ProjectMapper } from '../mappers.ts';

/** The most projects that one user may have. */
export const MAX_PROJECTS = 100;

const Project = z.object({
  id: z.uuid(),
  name: z.string(),
  ownerId: z.uuid(),
  createdAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
});

const COLUMNS = sql.fragment`id, name, owner_id as "ownerId", created_at as "createdAt"`;

export const findProject = (queries: Queries, id: string): Promise<ProjectMapper | null> =>
  queries.maybeOne(sql.type(Project)`select ${COLUMNS} from sandbox.projects where id = ${id}`);

const byName = (ownerId: string, name: string) =>
  sql.type(Project)`select ${COLUMNS} from sandbox.projects where owner_id = ${ownerId} and name = ${name}`;

/** The owner's project of this name. */
export const findProjectByName = (queries: Queries, ownerId: string, name: string): Promise<ProjectMapper | null> =>
  queries.maybeOne(byName(ownerId, name));

/** Newest first. */
export const projectsOf = (queries: Queries, ownerId: string): Promise<readonly ProjectMapper[]> =>
  queries.any(
    sql.type(Project)`
      select ${COLUMNS} from sandbox.projects where owner_id = ${ownerId} order by created_at desc, id limit ${MAX_PROJECTS + 1}
    `,
  );

const insert = (queries: Queries, ownerId: string, name: string): Promise<ProjectMapper | null> =>
  queries.maybeOne(
    sql.type(Project)`
      insert into sandbox.projects (owner_id, name) values (${ownerId}, ${name})
      on conflict (owner_id, name) do nothing
      returning ${COLUMNS}
    `,
  );

export type Insertion =
  | { readonly outcome: 'made'; readonly project: ProjectMapper }
  | { readonly outcome: 'name taken' }
  | { readonly outcome: 'too many' };

/** Makes a project; of several at once with the same name, one is made. */
export const insertProject = (database: Database, ownerId: string, name: string): Promise<Insertion> =>
  database.transaction(async (transaction) => {
    // Counting and inserting are one step for each owner.
    await transaction.query(
      sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`sandbox.projects:${ownerId}`}, 0))`,
    );
    const count = await transaction.oneFirst(
      sql.type(z.object({ count: z.int() }))`
        select count(*)::integer as count from sandbox.projects where owner_id = ${ownerId}
      `,
    );
    if (count >= MAX_PROJECTS) return { outcome: 'too many' };
    const project = await insert(transaction, ownerId, name);
    return project ? { outcome: 'made', project } : { outcome: 'name taken' };
  });

/** The owner's project of this name, made when there is none. */
export const ensureProject = async (queries: Queries, ownerId: string, name: string): Promise<ProjectMapper> => {
  const present = await findProjectByName(queries, ownerId, name);
  if (present) return present;
  // Null when another request has made it since; projects go only with their owner, so it is there then.
  return (await insert(queries, ownerId, name)) ?? queries.one(byName(ownerId, name));
};

/** Gives a project another name; null when its owner has another of this name. */
export const renameProject = (queries: Queries, id: string, name: string): Promise<ProjectMapper | null> =>
  queries.maybeOne(
    sql.type(Project)`
      update sandbox.projects p set name = ${name} where id = ${id} and not exists (
        select from sandbox.projects o where o.owner_id = p.owner_id and o.name = ${name} and o.id <> p.id
      ) returning ${COLUMNS}
    `,
  );

/** Deletes a project with all that belongs to it, and wakes those who watch it. */
export const deleteProject = async (queries: Queries, id: string): Promise<void> => {
  await queries.query(
    sql.unsafe`
      with deleted as (delete from sandbox.projects where id = ${id})
      select pg_notify('sandbox_changes', ${id})
    `,
  );
};

/** Removes a project whose owner is being erased. */
export const forgetProject = async (queries: Queries, id: string): Promise<void> => {
  await queries.query(sql.unsafe`select erasure.forget_project(${id})`);
};
