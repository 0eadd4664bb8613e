import { sql } from 'slonik';
import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { scopesOf } from '#mesh/scopes.ts';

const Row = z.object({
  id: z.uuid(),
  role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
  /** Null for a session, which may do all that the role may. */
  scopes: z.array(z.string()).nullable(),
});

/** Those of the sessions and keys that are in force at this moment and may do something. */
export const credentialsWith = async (
  database: Database,
  scope: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  const rows = await database.any(
    sql.type(Row)`select id, role, scopes from sandbox.credentials_in_force(${sql.array([...ids], 'uuid')})`,
  );
  const may = ({ role, scopes }: z.infer<typeof Row>): boolean =>
    scopesOf(role).includes(scope) && (scopes?.includes(scope) ?? true);
  return new Set(rows.filter(may).map(({ id }) => id));
};
