import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** Whose use is limited: `user:<id>`, `key:<id>` or everybody's together. */
export type QuotaSubject = `user:${string}` | `key:${string}` | 'installation';

export type QuotaUnit = 'requests' | 'tokens' | 'microcredits';

/** Of the calendar, in UTC. */
export type QuotaPeriod = 'minute' | 'day' | 'month' | 'total';

export interface QuotaDefinition {
  readonly subject: QuotaSubject;
  /** Null: every model together. */
  readonly model: string | null;
  readonly unit: QuotaUnit;
  readonly period: QuotaPeriod;
  readonly limit: bigint | number;
}

const Quota = z.object({
  id: z.bigint(),
  subject: z.templateLiteral([z.enum(['user:', 'key:']), z.uuid()]).or(z.literal('installation')),
  model: z.string().nullable(),
  unit: z.enum(['requests', 'tokens', 'microcredits']),
  period: z.enum(['minute', 'day', 'month', 'total']),
  limit: z.bigint(),
  /** Of the period that runs. */
  spent: z.bigint(),
  reserved: z.bigint(),
  /** When the period that runs ends, in milliseconds; null for `total`. */
  resetsAt: z.number().nullable(),
});
/** A limit in force, with the figures of the period that runs. */
export type Quota = Readonly<z.infer<typeof Quota>>;

/**
 * Sets a limit and answers its id; exact while chats run, and a new one counts what its period has used already. It
 * keeps every reservation waiting until the transaction ends, so take no other lock after it that a reservation could
 * hold, and end soon.
 * @throws an error with the SQLSTATE P0002 for no such subject, 22023 for a prepaid balance, which only grants change
 */
export const setQuota = (db: Queries, { subject, model, unit, period, limit }: QuotaDefinition): Promise<bigint> =>
  db.oneFirst(sql.type(z.object({ id: z.bigint() }))`
    select billing.set_quota(${subject}, ${model}, ${unit}, ${period}, ${limit}) as id`);

/** Whether a limit or a grant was refused because nobody is there whose it could be, or nobody any more. */
export const isUnknownSubject = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'P0002';

/** Takes a limit away; false for one that is not there, and for a prepaid balance. */
export const removeQuota = (db: Queries, id: bigint): Promise<boolean> =>
  db.oneFirst(sql.type(z.object({ removed: z.boolean() }))`select billing.remove_quota(${id}) as removed`);

const columns = sql.fragment`
  id, subject, model_id as model, unit, period, limit_units as "limit", spent, reserved, resets_at as "resetsAt"`;

/** The limits in force of these subjects, oldest first. */
export const quotasOf = (db: Queries, subjects: readonly QuotaSubject[]): Promise<readonly Quota[]> =>
  db.any(sql.type(Quota)`select ${columns} from billing.quotas(${sql.array([...subjects], 'text')})`);

/** The `first` oldest limits in force after the id `after`, of one subject or of all (null). */
export const quotaPage = (
  db: Queries,
  subject: QuotaSubject | null,
  { after, first }: { readonly after: bigint; readonly first: number },
): Promise<readonly Quota[]> =>
  db.any(sql.type(Quota)`
    select ${columns} from billing.quotas(${subject === null ? null : sql.array([subject], 'text')}, ${after}, ${first})`);

/** Forgets windows that are long over and that nothing holds, some hundreds at once. */
export const purgeWindows = async (db: Queries): Promise<void> => {
  await db.query(sql.type(z.object({}))`select from billing.purge_windows()`);
};
