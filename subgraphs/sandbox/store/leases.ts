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

/** The lease of this path for this holder, made or made to last until then. */
export const putLease = (
  transaction: Queries,
  lease: {
    readonly projectId: string;
    readonly path: string;
    readonly holderId: string;
    readonly agent: string | null;
    readonly seconds: number;
  },
): Promise<Lease> =>
  transaction.one(
    sql.type(Lease)`
      insert into sandbox.leases as l (project_id, path, holder_id, agent, expires_at)
      values (${lease.projectId}, ${lease.path}, ${lease.holderId}, ${lease.agent},
        clock_timestamp() + make_interval(secs => ${lease.seconds}))
      on conflict (project_id, path) do update set holder_id = excluded.holder_id, agent = excluded.agent,
        expires_at = excluded.expires_at
      returning ${COLUMNS}
    `,
  );

/** Forgets the leases of a project that have expired. */
export const sweepLeases = async (transaction: Queries, projectId: string): Promise<void> => {
  await transaction.query(
    sql.type(z.object({}))`
      delete from sandbox.leases where project_id = ${projectId} and expires_at <= clock_timestamp()
    `,
  );
};

/** Ends a lease in one of the owner's projects. */
export const removeLease = async (queries: Queries, id: string, ownerId: string): Promise<boolean> => {
  const ended = await queries.anyFirst(
    sql.type(z.object({ held: z.boolean() }))`
      delete from sandbox.leases l using sandbox.projects p
      where l.id = ${id} and p.id = l.project_id and p.owner_id = ${ownerId}
      returning l.expires_at > clock_timestamp() as held
    `,
  );
  return ended[0] ?? false;
};
