import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value));

const Waiting = z.object({ path: z.string(), version: z.string(), size: z.int() });
type Waiting = z.infer<typeof Waiting>;

const incomplete = (projectId: string, model: string) => sql.fragment`
  select distinct on (e.sha256) e.path, e.sha256, e.size
  from sandbox.entries e
  left join sandbox.embedded m on m.project_id = e.project_id and m.model = ${model} and m.sha256 = e.sha256
  where e.project_id = ${projectId} and e.sha256 is not null and e.size > 0 and (m.parts is null or m.parts > (
    select count(*) from sandbox.vectors v
    where v.project_id = e.project_id and v.model = ${model} and v.sha256 = e.sha256
  ))
  order by e.sha256, e.path
`;

/** Contents of files that have not all of their vectors, each once, by path. */
export const waitingFor = (
  queries: Queries,
  projectId: string,
  model: string,
  most: number,
): Promise<readonly Waiting[]> =>
  queries.any(
    sql.type(Waiting)`
      select w.path, encode(w.sha256, 'hex') as version, w.size from (${incomplete(projectId, model)}) w
      order by w.path limit ${most}
    `,
  );

/** Writes down into how many parts a content is cut. */
export const markParts = async (
  queries: Queries,
  { projectId, model, version, parts }: { projectId: string; model: string; version: string; parts: number },
): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.embedded (project_id, model, sha256, parts)
      select b.project_id, ${model}, b.sha256, ${parts} from sandbox.blobs b
      where b.project_id = ${projectId} and b.sha256 = ${sql.binary(Buffer.from(version, 'hex'))}
      on conflict (project_id, model, sha256) do update set parts = excluded.parts
    `,
  );
};

/** The parts of contents that have a vector, as `<version>:<part>`. */
export const partsWithVector = async (
  queries: Queries,
  projectId: string,
  model: string,
  versions: readonly string[],
): Promise<ReadonlySet<string>> => {
  const hashes = versions.map((version) => Buffer.from(version, 'hex'));
  const ids = await queries.anyFirst(
    sql.type(z.object({ id: z.string() }))`
      select encode(v.sha256, 'hex') || ':' || v.part as id from sandbox.vectors v
      where v.project_id = ${projectId} and v.model = ${model} and v.sha256 = any(${sql.array(hashes, 'bytea')})
    `,
  );
  return new Set(ids);
};

export interface VectorRow {
  readonly version: string;
  readonly part: number;
  readonly vector: Buffer;
}

/** Keeps vectors of parts that were asked for; others are left out. Answers how many were kept. The project is locked. */
export const putVectors = async (
  transaction: Queries,
  projectId: string,
  model: string,
  rows: readonly VectorRow[],
): Promise<number> => {
  const kept = await transaction.any(
    sql.type(Nothing)`
      insert into sandbox.vectors (project_id, model, sha256, part, vector)
      select m.project_id, m.model, m.sha256, n.part, n.vector
      from unnest(
        ${sql.array(
          rows.map(({ version }) => Buffer.from(version, 'hex')),
          'bytea',
        )},
        ${sql.array(
          rows.map(({ part }) => part),
          'int4',
        )},
        ${sql.array(
          rows.map(({ vector }) => vector),
          'bytea',
        )}
      ) as n(sha256, part, vector)
      join sandbox.embedded m on m.project_id = ${projectId} and m.model = ${model} and m.sha256 = n.sha256
      where n.part >= 0 and n.part < m.parts
      on conflict (project_id, model, sha256, part) do update set vector = excluded.vector
      returning 1
    `,
  );
  return kept.length;
};

/** The bytes of one vector of a model; null while there is none. */
export const widthOf = async (queries: Queries, projectId: string, model: string): Promise<number | null> =>
  queries.maybeOneFirst(
    sql.type(z.object({ width: z.int() }))`
      select octet_length(vector) as width from sandbox.vectors
      where project_id = ${projectId} and model = ${model} limit 1
    `,
  );

/** What all vectors of a project take, in bytes. */
export const bytesOfVectors = (queries: Queries, projectId: string): Promise<number> =>
  queries.oneFirst(
    sql.type(z.object({ bytes: z.bigint().transform(Number) }))`
      select coalesce(sum(octet_length(vector)), 0)::bigint as bytes from sandbox.vectors
      where project_id = ${projectId}
    `,
  );

/** Forgets the vectors of contents that no file has any more, and those of other models. */
export const removeStale = async (transaction: Queries, projectId: string, model: string): Promise<void> => {
  await transaction.query(
    sql.type(Nothing)`
      delete from sandbox.embedded m where m.project_id = ${projectId} and (m.model <> ${model} or not exists (
        select from sandbox.entries e where e.project_id = m.project_id and e.sha256 = m.sha256
      ))
    `,
  );
};

const Placed = z.object({ path: z.string(), version: z.string(), part: z.int(), vector: Bytes });

/** Every vector of a model, with the files that have its content, by path. */
export const vectorsOf = (
  queries: Queries,
  projectId: string,
  model: string,
): Promise<readonly z.infer<typeof Placed>[]> =>
  queries.any(
    sql.type(Placed)`
      select e.path, encode(v.sha256, 'hex') as version, v.part, v.vector
      from sandbox.entries e join sandbox.vectors v on v.project_id = e.project_id and v.sha256 = e.sha256
      where e.project_id = ${projectId} and v.model = ${model} order by e.path, v.part
    `,
  );
