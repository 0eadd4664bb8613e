import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** Of how many changes a project's watchers hear afterwards. */
const KEPT_CHANGES = 1_000;
/** What the past of a project may take, in bytes; the oldest versions go first. */
const KEPT_BYTES = 256 * 1_048_576;

export interface ChangeRow {
  readonly projectId: string;
  readonly revision: number;
  readonly kind: 'DELETED' | 'MOVED' | 'FOLDER_MADE';
  readonly path: string;
  readonly origin: string | null;
  readonly authorId: string;
  readonly agent: string | null;
}

/** Enters a change in the project's journal; `putFile` does so itself. */
export const recordChange = async (queries: Queries, row: ChangeRow): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.changes (project_id, revision, kind, path, origin, author_id, agent)
      values (${row.projectId}, ${row.revision}, ${row.kind}, ${row.path}, ${row.origin},
        ${row.authorId}, ${row.agent})
    `,
  );
};

const Gone = z.object({ sha256: z.custom<Buffer>((value) => Buffer.isBuffer(value)) });

/** Removes the contents among these that nothing in the project has any more. */
export const sweepBlobs = async (queries: Queries, projectId: string, blobs: readonly Buffer[]): Promise<void> => {
  if (blobs.length === 0) return;
  await queries.query(sql.type(Nothing)`select sandbox.sweep_blobs(${projectId}, ${sql.array([...blobs], 'bytea')})`);
};

/** Forgets the oldest of what a project has too much of: changes, and versions of files that have newer ones or are gone. */
export const trimHistory = async (queries: Queries, projectId: string, revision: number): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      delete from sandbox.changes where project_id = ${projectId} and revision <= ${revision - KEPT_CHANGES}
    `,
  );
  const gone = await queries.any(
    sql.type(Gone)`
      delete from sandbox.versions v using (
        select path, revision, sum(size) over (order by revision desc) as bytes
        from sandbox.versions where project_id = ${projectId}
      ) old
      where v.project_id = ${projectId} and v.path = old.path and v.revision = old.revision and old.bytes > ${KEPT_BYTES}
      returning v.sha256
    `,
  );
  await sweepBlobs(
    queries,
    projectId,
    gone.map(({ sha256 }) => sha256),
  );
};

const instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());
const revision = z.bigint().transform(Number);

const Version = z.object({
  projectId: z.uuid(),
  path: z.string(),
  revision,
  version: z.string(),
  size: z.int(),
  authorId: z.uuid(),
  agent: z.string().nullable(),
  madeAt: instant,
});
export type Version = z.infer<typeof Version>;

const VERSION = sql.fragment`
  v.project_id as "projectId", v.path, v.revision, encode(v.sha256, 'hex') as version, v.size,
  v.author_id as "authorId", v.agent, v.made_at as "madeAt"
`;

/** What a file held, newest first. */
export const versionsOf = (
  queries: Queries,
  projectId: string,
  path: string,
  first: number,
): Promise<readonly Version[]> =>
  queries.any(
    sql.type(Version)`
      select ${VERSION} from sandbox.versions v where v.project_id = ${projectId} and v.path = ${path}
      order by v.revision desc limit ${first}
    `,
  );

const Bytes = z.object({ bytes: z.custom<Buffer>((value) => Buffer.isBuffer(value)) });

/** What a file held at a revision; null when that is not known. */
export const contentAt = async (
  queries: Queries,
  projectId: string,
  path: string,
  at: number,
): Promise<Buffer | null> => {
  const row = await queries.maybeOne(
    sql.type(Bytes)`
      select b.bytes from sandbox.versions v join sandbox.blobs b on b.project_id = v.project_id and b.sha256 = v.sha256
      where v.project_id = ${projectId} and v.path = ${path} and v.revision = ${at}
    `,
  );
  return row?.bytes ?? null;
};

const Deleted = z.object({ path: z.string(), revision, size: z.int() });

/** Files that are no more and can be brought back, the last that was written first. */
export const deletedFilesOf = (
  queries: Queries,
  projectId: string,
  first: number,
): Promise<readonly z.infer<typeof Deleted>[]> =>
  queries.any(
    sql.type(Deleted)`
      select * from (
        select distinct on (v.path) v.path, v.revision, v.size from sandbox.versions v
        where v.project_id = ${projectId} and not exists (
          select from sandbox.entries e where e.project_id = ${projectId} and e.path = v.path
        )
        order by v.path, v.revision desc
      ) gone order by revision desc limit ${first}
    `,
  );

const Happened = z.object({
  sequence: revision,
  kind: z.enum(['WRITTEN', 'DELETED', 'MOVED', 'FOLDER_MADE']),
  path: z.string(),
  from: z.string().nullable(),
  version: z.string().nullable(),
  authorId: z.uuid(),
  agent: z.string().nullable(),
  at: instant,
});

/** What happened in a project after a revision, in order. */
export const changesAfter = (
  queries: Queries,
  projectId: string,
  after: number,
  most: number,
): Promise<readonly z.infer<typeof Happened>[]> =>
  queries.any(
    sql.type(Happened)`
      select revision as sequence, kind, path, origin as "from", encode(sha256, 'hex') as version,
        author_id as "authorId", agent, at
      from sandbox.changes where project_id = ${projectId} and revision > ${after} order by revision limit ${most}
    `,
  );
