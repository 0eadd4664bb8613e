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

export interface FileRow {
  readonly projectId: string;
  readonly path: string;
  readonly folded: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
  readonly revision: number;
}

/** Writes a file over whatever was there. */
export const putFile = (queries: Queries, row: FileRow): Promise<Entry> =>
  queries.one(
    sql.type(Entry)`
      with kept as (
        insert into sandbox.blobs (project_id, sha256, bytes)
        values (${row.projectId}, ${sql.binary(row.sha256)}, ${sql.binary(row.bytes)})
        on conflict do nothing
      )
      insert into sandbox.entries as e (project_id, path, folded, sha256, size, revision)
      values (${row.projectId}, ${row.path}, ${row.folded}, ${sql.binary(row.sha256)}, ${row.bytes.length}, ${row.revision})
      on conflict (project_id, path) do update
        set sha256 = excluded.sha256, size = excluded.size, revision = excluded.revision, updated_at = clock_timestamp()
      returning ${COLUMNS}
    `,
  );

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
