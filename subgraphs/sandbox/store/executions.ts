import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import type { Limits } from '../engines/engine.ts';
import type { BoundedOutput } from '../executions/bounded-output.ts';

const Nothing = z.object({});

const STATUSES = [
  'QUEUED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'SIGNALED',
  'TIMED_OUT',
  'CPU_EXCEEDED',
  'MEMORY_EXCEEDED',
  'OUTPUT_EXCEEDED',
  'DISK_EXCEEDED',
  'CANCELLED',
  'ENGINE_FAILED',
  'LOST',
] as const;

const Instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());
const Limited = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  memoryBytes: z.number(),
  processes: z.number(),
  outputBytes: z.number(),
  diskBytes: z.number(),
}) satisfies z.ZodType<Limits>;

const Facts = z.object({
  id: z.uuid(),
  ownerId: z.uuid(),
  projectId: z.uuid().nullable(),
  engine: z.string(),
  driver: z.string(),
  isolation: z.string(),
  status: z.enum(STATUSES),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  limits: Limited,
  queuedMs: z.int().nullable(),
  wallMs: z.int().nullable(),
  cpuMs: z.int().nullable(),
  peakMemoryBytes: z.bigint().transform(Number).nullable(),
  message: z.string().nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** The number of its last event. */
  lastSequence: z.int(),
  totals: z.object({ stdout: z.number(), stderr: z.number() }),
  /** Whether less is kept than the program wrote. */
  truncated: z.object({ stdout: z.boolean(), stderr: z.boolean() }),
});
/** An execution without what it wrote. */
export type ExecutionFacts = Readonly<z.infer<typeof Facts>>;

const COLUMNS = sql.fragment`
  e.id, e.owner_id as "ownerId", e.project_id as "projectId", e.engine, e.driver, e.isolation, e.status,
  e.exit_code as "exitCode", e.signal, e.limits, e.queued_ms as "queuedMs", e.wall_ms as "wallMs", e.cpu_ms as "cpuMs",
  e.peak_memory_bytes as "peakMemoryBytes", e.message, e.created_at as "createdAt", e.started_at as "startedAt",
  e.ended_at as "endedAt", e.last_sequence as "lastSequence",
  jsonb_build_object('stdout', e.stdout_total, 'stderr', e.stderr_total) as totals,
  jsonb_build_object(
    'stdout', octet_length(e.stdout_head) + octet_length(e.stdout_tail) < e.stdout_total,
    'stderr', octet_length(e.stderr_head) + octet_length(e.stderr_tail) < e.stderr_total) as truncated`;

/** What an execution begins as. */
export interface NewExecution {
  readonly id: string;
  readonly ownerId: string;
  readonly projectId: string | null;
  readonly engine: string;
  readonly driver: string;
  readonly isolation: string;
  readonly executor: string;
  readonly limits: Limits;
  /** With the fingerprint of the request; null where it may be made any number of times. */
  readonly once: { readonly key: string; readonly fingerprint: Buffer } | null;
}

/** Enters an execution that waits. @returns false when its owner has one with this key */
export const insertExecution = async (queries: Queries, execution: NewExecution): Promise<boolean> => {
  const made = await queries.any(
    sql.type(z.object({ id: z.uuid() }))`
      insert into sandbox.executions (id, owner_id, project_id, engine, driver, isolation, status, executor, limits,
        idempotency_key, fingerprint)
      values (${execution.id}, ${execution.ownerId}, ${execution.projectId}, ${execution.engine}, ${execution.driver},
        ${execution.isolation}, 'QUEUED', ${execution.executor}, ${sql.jsonb({ ...execution.limits })},
        ${execution.once?.key ?? null}, ${execution.once ? sql.binary(execution.once.fingerprint) : null})
      on conflict (owner_id, idempotency_key) where idempotency_key is not null do nothing
      returning id
    `,
  );
  return made.length === 1;
};

export const markStarted = async (queries: Queries, id: string, queuedMs: number): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      update sandbox.executions set status = 'RUNNING', started_at = clock_timestamp(), queued_ms = ${queuedMs}
      where id = ${id} and ended_at is null
    `,
  );
};

/** A file that an execution brought back; without bytes where they are not kept. */
export interface ResultFile {
  readonly path: string;
  readonly size: number;
  readonly bytes: Buffer | null;
}

export interface EndedExecution {
  readonly facts: ExecutionFacts;
  readonly stdout: BoundedOutput;
  readonly stderr: BoundedOutput;
  readonly files: readonly ResultFile[];
}

/** Writes down how an execution has ended. One that was taken for lost turns out not to be. */
export const finishExecution = (database: Database, ended: EndedExecution): Promise<void> =>
  database.transaction(async (transaction) => {
    const { facts, stdout, stderr, files } = ended;
    const kept = await transaction.any(
      sql.type(z.object({ id: z.uuid() }))`
        update sandbox.executions set status = ${facts.status}, ended_at = clock_timestamp(),
          queued_ms = ${facts.queuedMs}, wall_ms = ${facts.wallMs}, cpu_ms = ${facts.cpuMs},
          peak_memory_bytes = ${facts.peakMemoryBytes}, exit_code = ${facts.exitCode}, signal = ${facts.signal},
          message = ${facts.message}, last_sequence = ${facts.lastSequence},
          stdout_head = ${sql.binary(stdout.head)}, stdout_tail = ${sql.binary(stdout.tail)},
          stdout_total = ${stdout.total}, stderr_head = ${sql.binary(stderr.head)},
          stderr_tail = ${sql.binary(stderr.tail)}, stderr_total = ${stderr.total}
        where id = ${facts.id} returning id
      `,
    );
    // Its project may have been deleted meanwhile, or its owner erased.
    if (kept.length === 0) return;
    for (const { path, size, bytes } of files) {
      await transaction.query(
        sql.type(Nothing)`
          insert into sandbox.execution_files (execution_id, path, size, bytes)
          values (${facts.id}, ${path}, ${size}, ${bytes === null ? null : sql.binary(bytes)})
          on conflict do nothing
        `,
      );
    }
  });

export const findExecution = (queries: Queries, id: string): Promise<ExecutionFacts | null> =>
  queries.maybeOne(sql.type(Facts)`select ${COLUMNS} from sandbox.executions e where e.id = ${id}`);

/** The execution that an owner has started with a key, and what was asked for. */
export const findOnce = async (
  queries: Queries,
  ownerId: string,
  key: string,
): Promise<{ readonly id: string; readonly fingerprint: Buffer } | null> =>
  queries.maybeOne(
    sql.type(z.object({ id: z.uuid(), fingerprint: z.custom<Buffer>((value) => Buffer.isBuffer(value)) }))`
      select id, fingerprint from sandbox.executions where owner_id = ${ownerId} and idempotency_key = ${key}
    `,
  );

/** Newest first, those after one of them. */
export const executionsOf = (
  queries: Queries,
  { ownerId, projectId }: { readonly ownerId: string | null; readonly projectId: string | null },
  first: number,
  after: string | null,
): Promise<readonly ExecutionFacts[]> => {
  const conditions = [
    sql.fragment`true`,
    ...(ownerId === null ? [] : [sql.fragment`e.owner_id = ${ownerId}`]),
    ...(projectId === null ? [] : [sql.fragment`e.project_id = ${projectId}`]),
    ...(after === null
      ? []
      : [
          sql.fragment`(e.created_at, e.id) < (select a.created_at, a.id from sandbox.executions a where a.id = ${after})`,
        ]),
  ];
  return queries.any(
    sql.type(Facts)`
      select ${COLUMNS} from sandbox.executions e where ${sql.join(conditions, sql.fragment` and `)}
      order by e.created_at desc, e.id desc limit ${first}
    `,
  );
};

const Binary = z.custom<Buffer>((value) => Buffer.isBuffer(value));

/** What is kept of a stream; null when the execution is not. */
export const outputOf = (queries: Queries, id: string, stream: 'stdout' | 'stderr'): Promise<BoundedOutput | null> => {
  const columns =
    stream === 'stdout'
      ? sql.fragment`stdout_head as head, stdout_tail as tail, stdout_total as total`
      : sql.fragment`stderr_head as head, stderr_tail as tail, stderr_total as total`;
  return queries.maybeOne(
    sql.type(z.object({ head: Binary, tail: Binary, total: z.bigint().transform(Number) }))`
      select ${columns} from sandbox.executions where id = ${id}
    `,
  );
};

/** By path. */
export const filesOf = (queries: Queries, id: string): Promise<readonly ResultFile[]> =>
  queries.any(
    sql.type(z.object({ path: z.string(), size: z.int(), bytes: Binary.nullable() }))`
      select path, size, bytes from sandbox.execution_files where execution_id = ${id} order by path
    `,
  );

/** Asks the process that has an execution to end it. */
export const askToCancel = async (queries: Queries, id: string): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`update sandbox.executions set cancelled = true where id = ${id} and ended_at is null`,
  );
};

/** Forgets what a person has executed. */
export const eraseExecutions = async (queries: Queries, userId: string): Promise<void> => {
  await queries.query(sql.type(Nothing)`delete from sandbox.executions where owner_id = ${userId}`);
};
