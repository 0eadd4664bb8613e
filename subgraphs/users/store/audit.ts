import { sql } from 'slonik';
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
