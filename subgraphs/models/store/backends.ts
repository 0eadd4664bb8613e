import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';

const Row = z.object({
  name: z.string(),
  kind: z.enum(['CHAT', 'EMBEDDING']),
  model: z.string(),
  urls: z.array(z.string()),
  contextSize: z.int(),
  /** Sealed; null where the servers want none. */
  key: z.instanceof(Buffer).nullable(),
});
/** A model that servers elsewhere answer for. */
export type StoredBackend = Readonly<z.infer<typeof Row>>;

export interface BackendStore {
  all(): Promise<readonly StoredBackend[]>;
  /** Writes one down. @throws slonik's UniqueIntegrityConstraintViolationError where there is one of this name */
  put(db: Queries, backend: Omit<StoredBackend, 'urls'> & { readonly urls: readonly string[] }): Promise<void>;
  remove(db: Queries, name: string): Promise<void>;
}

const Nothing = z.object({});

export const openBackendStore = (database: Database): BackendStore => ({
  all: () =>
    database.any(sql.type(Row)`
      select name, kind, model, urls, context_size as "contextSize", api_key as key from models.backends order by name
    `),
  put: async (db, { name, kind, model, urls, contextSize, key }) => {
    await db.query(sql.type(Nothing)`
      insert into models.backends (name, kind, model, urls, context_size, api_key)
      values (
        ${name}, ${kind}, ${model}, ${sql.array([...urls], 'text')}, ${contextSize},
        ${key === null ? null : sql.binary(key)}
      )
    `);
  },
  remove: async (db, name) => {
    await db.query(sql.type(Nothing)`delete from models.backends where name = ${name}`);
  },
});
