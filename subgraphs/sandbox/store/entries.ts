import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** A file or a folder. */
export interface Entry {
  readonly path: string;
  /** The SHA-256 of a file's content in hexadecimal; null for a folder. */
  readonly version: string | null;
  readonly size: number;
  readonly updatedAt: string;
}

const Entry = z.object({
  path: z.string(),
  version: z.string().nullable(),
  size: z.int(),
  updatedAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
});
const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const Content = Entry.extend({ projectId: z.uuid(), version: z.string(), bytes: Bytes }).transform(
  ({ bytes, ...file }) => ({ file, bytes }),
);

const COLUMNS = sql.fragment`e.path, encode(e.sha256, 'hex') as version, e.size, e.updated_at as "updatedAt"`;

/** All that a path has below it. */
const below = (path: string) => sql.fragment`starts_with(e.path, ${`${path}/`})`;

/** By path. */
export const entriesOf = (queries: Queries, projectId: string, folder: string | null): Promise<readonly Entry[]> =>
  queries.any(
    sql.type(Entry)`
      select ${COLUMNS} from sandbox.entries e
      where e.project_id = ${projectId} ${folder === null ? sql.fragment`` : sql.fragment`and ${below(folder)}`}
      order by e.path
    `,
  );

export const entryAt = (queries: Queries, projectId: string, path: string): Promise<Entry | null> =>
  queries.maybeOne(
    sql.type(Entry)`select ${COLUMNS} from sandbox.entries e where e.project_id = ${projectId} and e.path = ${path}`,
  );

const contents = sql.fragment`
  select e.project_id as "projectId", ${COLUMNS}, b.bytes
  from sandbox.entries e join sandbox.blobs b on b.project_id = e.project_id and b.sha256 = e.sha256
`;

type Contents = z.infer<typeof Content>;

export const contentOf = (queries: Queries, projectId: string, path: string): Promise<Contents | null> =>
  queries.maybeOne(sql.type(Content)`${contents} where e.project_id = ${projectId} and e.path = ${path}`);

/** By path. */
export const filesWithContent = (queries: Queries, projectId: string): Promise<readonly Contents[]> =>
  queries.any(sql.type(Content)`${contents} where e.project_id = ${projectId} order by e.path`);

/** The entries that have one of these names but for case. */
export const entriesNamed = (
  queries: Queries,
  projectId: string,
  folded: readonly string[],
): Promise<readonly Entry[]> =>
  queries.any(
    sql.type(Entry)`
      select ${COLUMNS} from sandbox.entries e
      where e.project_id = ${projectId} and e.folded = any(${sql.array([...folded], 'text')})
    `,
  );

const Nothing = z.object({});

export const putFolders = async (
  queries: Queries,
  projectId: string,
  revision: number,
  folders: readonly { readonly path: string; readonly folded: string }[],
): Promise<void> => {
  if (folders.length === 0) return;
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.entries (project_id, path, folded, size, revision)
      select ${projectId}, f.path, f.folded, 0, ${revision}
      from unnest(${sql.array(
        folders.map(({ path }) => path),
        'text',
      )},
        ${sql.array(
          folders.map(({ folded }) => folded),
          'text',
        )}) as f(path, folded)
    `,
  );
};

/** How many versions of one file are kept. */
const KEPT_VERSIONS = 50;

export interface FileRow {
  readonly projectId: string;
  readonly path: string;
  readonly folded: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
  readonly revision: number;
  readonly authorId: string;
  readonly agent: string | null;
}

const Put = Entry.extend({ forgotten: z.array(Bytes).nullable() });

/**
 * Writes a file over whatever was there, keeps what it holds among its versions, and enters it in the journal: all in
 * one statement, since many files may be written together.
 * @returns the file, and the contents of versions that were one too many
 */
export const putFile = (queries: Queries, row: FileRow): Promise<z.infer<typeof Put>> => {
  const { projectId, path, revision, authorId, agent } = row;
  const sha256 = sql.binary(row.sha256);
  const size = row.bytes.length;
  return queries.one(
    sql.type(Put)`
      with content as (
        insert into sandbox.blobs (project_id, sha256, bytes) values (${projectId}, ${sha256}, ${sql.binary(row.bytes)})
        on conflict do nothing
      ), version as (
        insert into sandbox.versions (project_id, path, revision, sha256, size, author_id, agent)
        values (${projectId}, ${path}, ${revision}, ${sha256}, ${size}, ${authorId}, ${agent})
      ), change as (
        insert into sandbox.changes (project_id, revision, kind, path, sha256, author_id, agent)
        values (${projectId}, ${revision}, 'WRITTEN', ${path}, ${sha256}, ${authorId}, ${agent})
      ), forgotten as (
        delete from sandbox.versions v where v.project_id = ${projectId} and v.path = ${path} and v.revision < (
          select revision from sandbox.versions k where k.project_id = ${projectId} and k.path = ${path}
          order by revision desc offset ${KEPT_VERSIONS - 2} limit 1
        ) returning v.sha256
      )
      insert into sandbox.entries as e (project_id, path, folded, sha256, size, revision)
      values (${projectId}, ${path}, ${row.folded}, ${sha256}, ${size}, ${revision})
      on conflict (project_id, path) do update
        set sha256 = excluded.sha256, size = excluded.size, revision = excluded.revision, updated_at = clock_timestamp()
      returning ${COLUMNS}, (select array_agg(sha256) from forgotten) as forgotten
    `,
  );
};

const Removed = z.object({ version: z.string().nullable(), size: z.int() });

/** Removes a path and all that is below it. */
export const removeEntries = (
  queries: Queries,
  projectId: string,
  path: string,
): Promise<readonly z.infer<typeof Removed>[]> =>
  queries.any(
    sql.type(Removed)`
      delete from sandbox.entries e where e.project_id = ${projectId} and (e.path = ${path} or ${below(path)})
      returning encode(e.sha256, 'hex') as version, e.size
    `,
  );

export interface Renaming {
  readonly from: string;
  readonly foldedFrom: string;
  readonly to: string;
  readonly foldedTo: string;
}

/** Moves a path with all that is below it, and its past. */
export const moveEntries = async (queries: Queries, projectId: string, way: Renaming): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      update sandbox.entries e
        set path = ${way.to} || substr(e.path, char_length(${way.from}) + 1),
          folded = ${way.foldedTo} || substr(e.folded, char_length(${way.foldedFrom}) + 1)
      where e.project_id = ${projectId} and (e.path = ${way.from} or ${below(way.from)})
    `,
  );
  await queries.query(
    sql.type(Nothing)`
      update sandbox.versions e set path = ${way.to} || substr(e.path, char_length(${way.from}) + 1)
      where e.project_id = ${projectId} and (e.path = ${way.from} or ${below(way.from)})
    `,
  );
};
