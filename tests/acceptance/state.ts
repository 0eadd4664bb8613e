import { escapeIdentifier, escapeLiteral } from 'pg';
import { z } from 'zod';
import type { TestDatabase } from '#tests/harness/database.ts';

const Table = z.object({ schema: z.string(), name: z.string() });
const Digest = z.object({ table: z.string(), digest: z.string() });

/** Tables in which services say that they live, whatever anybody asks. */
const SIGNS_OF_LIFE = ['sandbox.executors'];

/** Everything that the studio has stored, as one digest a table: two that are equal say that nothing was changed. */
export const stateOf = async (database: TestDatabase): Promise<Readonly<Record<string, string>>> => {
  const tables = z.array(Table).parse(
    await database.sql(
      `select schemaname as schema, tablename as name from pg_tables
       where schemaname in ('users', 'billing', 'sandbox', 'agents') and schemaname || '.' || tablename <> all($1)
       order by 1, 2`,
      [SIGNS_OF_LIFE],
    ),
  );
  // The names come from the catalogue, and a table cannot be a parameter.
  const digests = tables.map(
    ({ schema, name }) =>
      `select ${escapeLiteral(`${schema}.${name}`)} as table, md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) as digest
       from ${escapeIdentifier(schema)}.${escapeIdentifier(name)} t`,
  );
  const rows = z.array(Digest).parse(await database.sql(digests.join(' union all ')));
  return Object.fromEntries(rows.map(({ table, digest }) => [table, digest]));
};
