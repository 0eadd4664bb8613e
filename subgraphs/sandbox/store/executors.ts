import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/**
 * Says that a process is alive.
 * @param ids its executions
 * @returns those of them that nobody wants any more: cancelled elsewhere, or gone with their project or their owner
 */
export const beat = async (queries: Queries, executor: string, ids: readonly string[]): Promise<readonly string[]> => {
  await queries.query(
    sql.type(Nothing)`
      insert into sandbox.executors (id) values (${executor})
      on conflict (id) do update set seen_at = clock_timestamp()
    `,
  );
  return queries.anyFirst(
    sql.type(z.object({ id: z.uuid() }))`
      select own.id from unnest(${sql.array(ids, 'uuid')}) own (id)
      where not exists (select from sandbox.executions e where e.id = own.id and not e.cancelled)
    `,
  );
};

/** Says that a process ends. */
export const leave = async (queries: Queries, executor: string): Promise<void> => {
  await queries.query(sql.type(Nothing)`delete from sandbox.executors where id = ${executor}`);
};

const LOST = 'The process of the sandbox that ran it has ended.';

/** Ends what nobody answers for any more: executions of processes that have been silent for so long. @returns how many */
export const markLost = async (queries: Queries, silentSeconds: number): Promise<number> => {
  const lost = await queries.any(
    sql.type(z.object({ id: z.uuid() }))`
      update sandbox.executions e set status = 'LOST', ended_at = clock_timestamp(), message = ${LOST},
        last_sequence = greatest(e.last_sequence, 1)
      where e.ended_at is null and not exists (
        select from sandbox.executors x
        where x.id = e.executor and x.seen_at > clock_timestamp() - make_interval(secs => ${silentSeconds}))
      returning e.id
    `,
  );
  await queries.query(
    sql.type(Nothing)`
      delete from sandbox.executors where seen_at < clock_timestamp() - make_interval(secs => ${silentSeconds * 60})
    `,
  );
  return lost.length;
};

/** Forgets some hundreds of executions that are older than so many days, or of one owner more than so many. */
export const purgeExecutions = async (queries: Queries, days: number, mostOfOneOwner: number): Promise<void> => {
  await queries.query(
    sql.type(Nothing)`
      delete from sandbox.executions where id in (
        select id from sandbox.executions
        where ended_at is not null and created_at < clock_timestamp() - make_interval(days => ${days}) limit 500)
    `,
  );
  await queries.query(
    sql.type(Nothing)`
      delete from sandbox.executions where id in (
        select id from (
          select id, ended_at, row_number() over (partition by owner_id order by created_at desc, id desc) as place
          from sandbox.executions) e
        where e.place > ${mostOfOneOwner} and e.ended_at is not null limit 500)
    `,
  );
};
