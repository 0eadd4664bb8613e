import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Lease = z.object({
  id: z.uuid(),
  path: z.string(),
  holderId: z.uuid(),
  agent: z.string().nullable(),
  expiresAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
});
export type Lease = z.infer<typeof Lease>;

const COLUMNS = sql.fragment`l.id, l.path, l.holder_id as "holderId", l.agent, l.expires_at as "expiresAt"`;

/** The leases of a project that have not expired. */
export const leasesOf = (queries: Queries, projectId: string): Promise<readonly Lease[]> =>
  queries.any(
    sql.type(Lease)`
      select ${COLUMNS} from sandbox.leases l
      where l.project_id = ${projectId} and l.expires_at > clock_timestamp() order by l.path
    `,
  );
