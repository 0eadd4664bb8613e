import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** How many versions of one file are kept, and of how many changes a project's watchers hear afterwards. */
export const KEPT_VERSIONS = 50;
export const KEPT_CHANGES = 1_000;
/** What the past of a project may take, in bytes; the oldest versions go first. */
const KEPT_BYTES = 256 * 1_048_576;

export interface ChangeRow {
  readonly projectId: string;
  readonly revision: number;
  readonly kind: 'WRITTEN' | 'DELETED' | 'MOVED' | 'FOLDER_MADE';
  readonly path: string;
  readonly origin: string | null;
  readonly sha256: Buffer | null;
  readonly authorId: string;
  readonly agent: string | null;
}

const binaryOrNull = (bytes: Buffer | null) => (bytes === null ? null : sql.binary(bytes));

/** Enters a change into the project's journal. */
export const recordChange = async (queries: Queries, row: ChangeRow): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.changes (project_id, revision, kind, path, origin, sha256, author_id, agent)
      values (${row.projectId}, ${row.revision}, ${row.kind}, ${row.path}, ${row.origin}, ${binaryOrNull(row.sha256)},
        ${row.authorId}, ${row.agent})
    `,
  );
};

export interface VersionRow {
  readonly projectId: string;
  readonly path: string;
  readonly revision: number;
  readonly sha256: Buffer;
  readonly size: number;
  readonly authorId: string;
  readonly agent: string | null;
}

const Gone = z.object({ sha256: z.custom<Buffer>((value) => Buffer.isBuffer(value)) });

/** Keeps what a file holds now beside what it held before. */
export const recordVersion = async (queries: Queries, row: VersionRow): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.versions (project_id, path, revision, sha256, size, author_id, agent)
      values (${row.projectId}, ${row.path}, ${row.revision}, ${sql.binary(row.sha256)}, ${row.size}, ${row.authorId},
        ${row.agent})
    `,
  );
  const gone = await queries.any(
    sql.type(Gone)`
      delete from sandbox.versions v
      where v.project_id = ${row.projectId} and v.path = ${row.path} and v.revision < (
        select revision from sandbox.versions k where k.project_id = ${row.projectId} and k.path = ${row.path}
        order by revision desc offset ${KEPT_VERSIONS - 1} limit 1
      ) returning v.sha256
    `,
  );
  await sweepBlobs(
    queries,
    row.projectId,
    gone.map(({ sha256 }) => sha256),
  );
};

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
