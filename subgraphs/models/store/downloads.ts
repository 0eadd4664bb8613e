import { sql } from 'slonik';
import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';

const Row = z.object({
  name: z.string(),
  repository: z.string(),
  file: z.string(),
  state: z.enum(['waiting', 'running', 'installed', 'failed', 'cancelled']),
  version: z.string().nullable(),
  totalBytes: z.bigint().transform(Number).nullable(),
  error: z.string().nullable(),
});
/** What has become of one download. */
export type StoredDownload = Readonly<z.infer<typeof Row>>;

export interface DownloadStore {
  /** In the order of asking. */
  all(): Promise<readonly StoredDownload[]>;
  /** Writes it down; the one that had this name before is forgotten. */
  put(download: StoredDownload): Promise<void>;
  remove(name: string): Promise<void>;
}

const Nothing = z.object({});

export const openDownloadStore = (database: Database): DownloadStore => ({
  all: () =>
    database.any(sql.type(Row)`
      select name, repository, file, state, version, total_bytes as "totalBytes", error
      from models.downloads order by requested_at
    `),
  put: async ({ name, repository, file, state, version, totalBytes, error }) => {
    await database.query(sql.type(Nothing)`
      insert into models.downloads (name, repository, file, state, version, total_bytes, error)
      values (${name}, ${repository}, ${file}, ${state}, ${version}, ${totalBytes}, ${error})
      on conflict (name) do update set
        repository = excluded.repository, file = excluded.file, state = excluded.state, version = excluded.version,
        total_bytes = excluded.total_bytes, error = excluded.error
    `);
  },
  remove: async (name) => {
    await database.query(sql.type(Nothing)`delete from models.downloads where name = ${name}`);
  },
});
