import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { sweepBlobs } from './history.ts';

const instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());
const Status = z.enum(['PROPOSED', 'APPLIED', 'PARTLY_APPLIED', 'REJECTED']);
export type ChangeSetStatus = z.infer<typeof Status>;

const ChangeSet = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  title: z.string(),
  reason: z.string().nullable(),
  status: Status,
  authorId: z.uuid(),
  agent: z.string().nullable(),
  checkpointId: z.uuid().nullable(),
  madeAt: instant,
  decidedAt: instant.nullable(),
});
export type ChangeSet = z.infer<typeof ChangeSet>;

const Line = z.int().min(0);
const Hunk = z.object({
  from: Line,
  count: Line,
  to: Line,
  toCount: Line,
  /** Null while it is open. */
  decision: z.enum(['ACCEPTED', 'REJECTED']).nullable(),
});
export type Hunk = z.infer<typeof Hunk>;

const ProposedFile = z.object({
  projectId: z.uuid(),
  number: z.int(),
  path: z.string(),
  base: z.string().nullable(),
  baseSize: z.int(),
  proposed: z.string().nullable(),
  proposedSize: z.int(),
  hunks: z.array(Hunk),
});
export type ProposedFile = z.infer<typeof ProposedFile>;

const COLUMNS = sql.fragment`
  s.id, s.project_id as "projectId", s.title, s.reason, s.status, s.author_id as "authorId", s.agent,
  s.checkpoint_id as "checkpointId", s.made_at as "madeAt", s.decided_at as "decidedAt"
`;

const binaryOrNull = (version: string | null) => (version === null ? null : sql.binary(Buffer.from(version, 'hex')));

/** Keeps a proposal. The project is locked and has the contents. */
export const insertChangeSet = async (
  transaction: Queries,
  row: Pick<ChangeSet, 'projectId' | 'title' | 'reason' | 'authorId' | 'agent'>,
  files: readonly Omit<ProposedFile, 'projectId'>[],
): Promise<ChangeSet> => {
  const made = await transaction.one(
    sql.type(ChangeSet)`
      insert into sandbox.change_sets as s (project_id, title, reason, author_id, agent)
      values (${row.projectId}, ${row.title}, ${row.reason}, ${row.authorId}, ${row.agent}) returning ${COLUMNS}
    `,
  );
  for (const file of files) {
    await transaction.query(
      sql.type(z.object({}))`
        insert into sandbox.change_set_files
          (change_set_id, project_id, number, path, base, base_size, proposed, proposed_size, hunks)
        values (${made.id}, ${row.projectId}, ${file.number}, ${file.path}, ${binaryOrNull(file.base)},
          ${file.baseSize}, ${binaryOrNull(file.proposed)}, ${file.proposedSize}, ${sql.jsonb([...file.hunks])})
      `,
    );
  }
  return made;
};

export const changeSetAt = (queries: Queries, id: string): Promise<ChangeSet | null> =>
  queries.maybeOne(sql.type(ChangeSet)`select ${COLUMNS} from sandbox.change_sets s where s.id = ${id}`);

/** Newest first. */
export const changeSetsOf = (
  queries: Queries,
  projectId: string,
  status: ChangeSetStatus | null,
  first: number,
): Promise<readonly ChangeSet[]> =>
  queries.any(
    sql.type(ChangeSet)`
      select ${COLUMNS} from sandbox.change_sets s
      where s.project_id = ${projectId} ${status === null ? sql.fragment`` : sql.fragment`and s.status = ${status}`}
      order by s.made_at desc, s.id limit ${first}
    `,
  );

/** In the order in which they were proposed. */
export const filesOfChangeSet = (queries: Queries, id: string): Promise<readonly ProposedFile[]> =>
  queries.any(
    sql.type(ProposedFile)`
      select f.project_id as "projectId", f.number, f.path, encode(f.base, 'hex') as base, f.base_size as "baseSize",
        encode(f.proposed, 'hex') as proposed, f.proposed_size as "proposedSize", f.hunks
      from sandbox.change_set_files f where f.change_set_id = ${id} order by f.number
    `,
  );

/** Writes down what was decided. The project is locked. */
export const saveDecisions = async (
  transaction: Queries,
  id: string,
  { status, checkpointId }: Pick<ChangeSet, 'status' | 'checkpointId'>,
  files: readonly { readonly number: number; readonly hunks: readonly Hunk[] }[],
): Promise<ChangeSet> => {
  for (const { number, hunks } of files) {
    await transaction.query(
      sql.type(z.object({}))`
        update sandbox.change_set_files set hunks = ${sql.jsonb([...hunks])}
        where change_set_id = ${id} and number = ${number}
      `,
    );
  }
  return transaction.one(
    sql.type(ChangeSet)`
      update sandbox.change_sets s set status = ${status}, checkpoint_id = coalesce(s.checkpoint_id, ${checkpointId}),
        decided_at = case when ${status} = 'PROPOSED' then null else coalesce(s.decided_at, clock_timestamp()) end
      where s.id = ${id} returning ${COLUMNS}
    `,
  );
};

const Weight = z.object({ id: z.uuid(), isOpen: z.boolean(), bytes: z.bigint().transform(Number) });

/** What each change set of a project keeps, in bytes, newest first. */
export const weightsOfChangeSets = (queries: Queries, projectId: string): Promise<readonly z.infer<typeof Weight>[]> =>
  queries.any(
    sql.type(Weight)`
      select s.id, s.status = 'PROPOSED' as "isOpen",
        coalesce(sum(f.base_size::bigint + f.proposed_size), 0)::bigint as bytes
      from sandbox.change_sets s left join sandbox.change_set_files f on f.change_set_id = s.id
      where s.project_id = ${projectId} group by s.id order by s.made_at desc, s.id
    `,
  );

const Gone = z.object({ hashes: z.array(z.custom<Buffer>((value) => Buffer.isBuffer(value)).nullable()) });

/** Removes change sets, and the contents that nothing else has. The project is locked. */
export const removeChangeSets = async (
  transaction: Queries,
  projectId: string,
  ids: readonly string[],
): Promise<void> => {
  if (ids.length === 0) return;
  const files = await transaction.any(
    sql.type(Gone)`
      delete from sandbox.change_set_files f
      where f.project_id = ${projectId} and f.change_set_id = any(${sql.array([...ids], 'uuid')})
      returning array[f.base, f.proposed] as hashes
    `,
  );
  await transaction.query(
    sql.type(z.object({}))`
      delete from sandbox.change_sets where project_id = ${projectId} and id = any(${sql.array([...ids], 'uuid')})
    `,
  );
  await sweepBlobs(
    transaction,
    projectId,
    files.flatMap(({ hashes }) => hashes.flatMap((hash) => hash ?? [])),
  );
};
