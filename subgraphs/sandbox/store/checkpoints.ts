import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { sweepBlobs } from './history.ts';

const Count = z.bigint().transform(Number);
const Cause = z.enum(['ASKED', 'CHANGE_SET', 'IMPORT', 'RESTORE']);

const Checkpoint = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  name: z.string(),
  cause: Cause,
  revision: Count,
  files: z.int(),
  bytes: Count,
  authorId: z.uuid(),
  agent: z.string().nullable(),
  madeAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

const COLUMNS = sql.fragment`
  c.id, c.project_id as "projectId", c.name, c.cause, c.revision, c.files, c.bytes, c.author_id as "authorId", c.agent,
  c.made_at as "madeAt"
`;

/** Keeps what a project holds now. The project is locked. */
export const insertCheckpoint = (
  transaction: Queries,
  row: Pick<Checkpoint, 'projectId' | 'name' | 'cause' | 'authorId' | 'agent'>,
): Promise<Checkpoint> =>
  transaction.one(
    sql.type(Checkpoint)`
      with c as (
        insert into sandbox.checkpoints (project_id, name, cause, revision, files, bytes, author_id, agent)
        select p.id, ${row.name}, ${row.cause}, p.revision, p.files, p.bytes, ${row.authorId}, ${row.agent}
        from sandbox.projects p where p.id = ${row.projectId}
        returning *
      ), kept as (
        insert into sandbox.checkpoint_entries (checkpoint_id, project_id, path, sha256, size)
        select c.id, e.project_id, e.path, e.sha256, e.size
        from sandbox.entries e join c on c.project_id = e.project_id
      )
      select ${COLUMNS} from c
    `,
  );

/** Newest first. */
export const checkpointsOf = (queries: Queries, projectId: string): Promise<readonly Checkpoint[]> =>
  queries.any(
    sql.type(Checkpoint)`
      select ${COLUMNS} from sandbox.checkpoints c where c.project_id = ${projectId} order by c.made_at desc, c.id
    `,
  );

export const checkpointAt = (queries: Queries, projectId: string, id: string): Promise<Checkpoint | null> =>
  queries.maybeOne(
    sql.type(Checkpoint)`
      select ${COLUMNS} from sandbox.checkpoints c where c.project_id = ${projectId} and c.id = ${id}
    `,
  );

const Gone = z.object({ sha256: z.custom<Buffer>((value) => Buffer.isBuffer(value)).nullable() });

/** Removes checkpoints, and the contents that nothing else has. The project is locked. */
export const removeCheckpoints = async (
  transaction: Queries,
  projectId: string,
  ids: readonly string[],
): Promise<void> => {
  if (ids.length === 0) return;
  const entries = await transaction.any(
    sql.type(Gone)`
      delete from sandbox.checkpoint_entries e using sandbox.checkpoints c
      where c.project_id = ${projectId} and c.id = any(${sql.array([...ids], 'uuid')}) and e.checkpoint_id = c.id
      returning e.sha256
    `,
  );
  await transaction.query(
    sql.type(z.object({}))`
      delete from sandbox.checkpoints where project_id = ${projectId} and id = any(${sql.array([...ids], 'uuid')})
    `,
  );
  await sweepBlobs(
    transaction,
    projectId,
    entries.flatMap(({ sha256 }) => sha256 ?? []),
  );
};

/** What the contents that a project's checkpoints hold take, in bytes, each content once. */
export const bytesOfCheckpoints = (queries: Queries, projectId: string): Promise<number> =>
  queries.oneFirst(
    sql.type(z.object({ bytes: Count }))`
      select coalesce(sum(size), 0)::bigint as bytes from (
        select distinct sha256, size from sandbox.checkpoint_entries
        where project_id = ${projectId} and sha256 is not null
      ) held
    `,
  );

const Kept = z.object({ path: z.string(), version: z.string().nullable() });

/** What a checkpoint holds, by path; `version` is null for a folder. */
export const entriesOfCheckpoint = (queries: Queries, id: string): Promise<readonly z.infer<typeof Kept>[]> =>
  queries.any(
    sql.type(Kept)`
      select path, encode(sha256, 'hex') as version from sandbox.checkpoint_entries
      where checkpoint_id = ${id} order by path
    `,
  );

const Difference = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  size: z.int(),
});
export type Difference = z.infer<typeof Difference>;

/** The files that are not now what they are in a checkpoint, by path. `size` is that of both contents together. */
export const differencesSince = (
  queries: Queries,
  { id, projectId }: Pick<Checkpoint, 'id' | 'projectId'>,
  first: number,
): Promise<readonly Difference[]> =>
  queries.any(
    sql.type(Difference)`
      select coalesce(c.path, e.path) as path, encode(c.sha256, 'hex') as before, encode(e.sha256, 'hex') as after,
        coalesce(c.size, 0) + coalesce(e.size, 0) as size
      from (
        select path, sha256, size from sandbox.checkpoint_entries where checkpoint_id = ${id} and sha256 is not null
      ) c
      full join (
        select path, sha256, size from sandbox.entries where project_id = ${projectId} and sha256 is not null
      ) e on e.path = c.path
      where c.sha256 is distinct from e.sha256 order by 1 limit ${first}
    `,
  );
