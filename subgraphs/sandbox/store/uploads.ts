import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Upload = z.object({ id: z.uuid(), size: z.int() });
export type Upload = z.infer<typeof Upload>;

/** Forgets the uploads of a project that were begun over an hour ago. */
export const sweepUploads = async (queries: Queries, projectId: string): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      delete from sandbox.uploads
      where project_id = ${projectId} and made_at < clock_timestamp() - interval '1 hour'
    `,
  );
};

export const uploadsOf = (queries: Queries, projectId: string): Promise<readonly Upload[]> =>
  queries.any(sql.type(Upload)`select id, size from sandbox.uploads where project_id = ${projectId}`);

export const insertUpload = (queries: Queries, projectId: string): Promise<Upload> =>
  queries.one(sql.type(Upload)`insert into sandbox.uploads (project_id) values (${projectId}) returning id, size`);

/** Adds a part at the end. The project is locked. */
export const appendPart = (transaction: Queries, { id, size }: Upload, bytes: Buffer): Promise<Upload> =>
  transaction.one(
    sql.type(Upload)`
      with part as (
        insert into sandbox.upload_parts (upload_id, position, bytes) values (${id}, ${size}, ${sql.binary(bytes)})
      )
      update sandbox.uploads set size = ${size + bytes.length} where id = ${id} returning id, size
    `,
  );

const Part = z.object({ bytes: z.custom<Buffer>((value) => Buffer.isBuffer(value)) });

/** All that has come of an upload. */
export const contentOfUpload = async (queries: Queries, id: string): Promise<Buffer> => {
  const parts = await queries.any(
    sql.type(Part)`select bytes from sandbox.upload_parts where upload_id = ${id} order by position`,
  );
  return Buffer.concat(parts.map(({ bytes }) => bytes));
};

export const removeUpload = async (queries: Queries, id: string): Promise<void> => {
  await queries.query(sql.type(Nothing)`delete from sandbox.uploads where id = ${id}`);
};
