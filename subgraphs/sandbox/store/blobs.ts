import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const Blob = z.object({ version: z.string(), bytes: Bytes });

const hashes = (versions: readonly string[]) =>
  sql.array(
    versions.map((version) => Buffer.from(version, 'hex')),
    'bytea',
  );

/** The contents of a project by their versions; one that it does not have is left out. */
export const blobsOf = async (
  queries: Queries,
  projectId: string,
  versions: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> => {
  const rows = await queries.any(
    sql.type(Blob)`
      select encode(b.sha256, 'hex') as version, b.bytes from sandbox.blobs b
      where b.project_id = ${projectId} and b.sha256 = any(${hashes(versions)})
    `,
  );
  return new Map(rows.map(({ version, bytes }) => [version, bytes]));
};

/** Puts contents into a project, each once. The project is locked. */
export const putBlobs = async (
  transaction: Queries,
  projectId: string,
  blobs: ReadonlyMap<string, Buffer>,
): Promise<void> => {
  await transaction.query(
    sql.type(Nothing)`
      insert into sandbox.blobs (project_id, sha256, bytes)
      select ${projectId}, n.sha256, n.bytes
      from unnest(${hashes([...blobs.keys()])}, ${sql.array([...blobs.values()], 'bytea')}) as n(sha256, bytes)
      on conflict do nothing
    `,
  );
};
