import { sql, type FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Seen = z.object({ seen: z.int() });

/** Counts one more of a source in this minute and answers how many there are. Holds that count until the transaction ends. */
export const countSeen = (transaction: Queries, action: string, source: string): Promise<number> =>
  transaction.oneFirst(sql.type(Seen)`
    insert into audit.throttle as known (action, source, minute, seen)
    values (${action}, ${source}, date_trunc('minute', clock_timestamp()), 1)
    on conflict (action, source, minute) do update set seen = known.seen + 1
    returning seen`);

const Counted = z.object({
  action: z.string(),
  source: z.string(),
  minute: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
  seen: z.int(),
});

/** Takes some counts of minutes that are over; of several replicas each gets others. */
export const takeCounts = (transaction: Queries): Promise<readonly z.infer<typeof Counted>[]> =>
  transaction.any(sql.type(Counted)`
    delete from audit.throttle where (action, source, minute) in (
      select action, source, minute from audit.throttle
      where minute < date_trunc('minute', clock_timestamp()) limit 100 for update skip locked)
    returning action, source, minute, seen`);

const Event = z.object({
  id: z.bigint(),
  at: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
  action: z.string(),
  actorId: z.uuid().nullable(),
  actorEmail: z.string().nullable(),
  actorCredential: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
});
export type AuditRow = z.infer<typeof Event>;

/** What a reader is interested in; null for everything. */
export interface AuditSelection {
  readonly action: string | null;
  readonly actorId: string | null;
  readonly targetId: string | null;
}

/** The e-mail address is the account's of today: what the log itself keeps names nobody. */
const events = (where: FragmentSqlToken, { action, actorId, targetId }: AuditSelection): FragmentSqlToken => {
  const conditions = [
    where,
    ...(action === null ? [] : [sql.fragment`e.action = ${action}`]),
    ...(actorId === null ? [] : [sql.fragment`e.actor_id = ${actorId}::uuid`]),
    ...(targetId === null ? [] : [sql.fragment`e.target_id = ${targetId}`]),
  ];
  return sql.fragment`
    select e.id, e.at, e.action, e.actor_id as "actorId", a.email as "actorEmail",
      e.actor_credential as "actorCredential", e.target_kind as "targetKind", e.target_id as "targetId", e.details,
      e.address, e.request_id as "requestId"
    from audit.events e left join users.accounts a on a.id = e.actor_id
    where ${sql.join(conditions, sql.fragment` and `)}`;
};

/** The id up to which the log is complete. To be asked before the statement that reads the events. */
export const settledId = (db: Queries): Promise<bigint> =>
  db.oneFirst(sql.type(z.object({ settled: z.bigint() }))`select audit.settled() as settled`);

/** Newest first, from `upTo` down. */
export const latestEvents = (
  db: Queries,
  { upTo, limit, selection }: { readonly upTo: bigint; readonly limit: number; readonly selection: AuditSelection },
): Promise<readonly AuditRow[]> =>
  db.any(sql.type(Event)`
    ${events(sql.fragment`e.id <= ${upTo}`, selection)} order by e.id desc limit ${limit}`);

/** Oldest first, those after `after` up to `upTo`. */
export const eventsBetween = (
  db: Queries,
  range: { readonly after: bigint; readonly upTo: bigint; readonly limit: number; readonly selection: AuditSelection },
): Promise<readonly AuditRow[]> =>
  db.any(sql.type(Event)`
    ${events(sql.fragment`e.id > ${range.after} and e.id <= ${range.upTo}`, range.selection)}
    order by e.id limit ${range.limit}`);
