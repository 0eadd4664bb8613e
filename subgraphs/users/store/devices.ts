import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** Whether the account of an e-mail address knows a device, by the hash of its token. */
export const isKnownDevice = (db: Queries, email: string, hash: Buffer): Promise<boolean> =>
  db.exists(sql.type(Nothing)`
    select 1 from users.devices d join users.accounts a on a.id = d.user_id
    where d.hash = ${sql.binary(hash)} and d.expires_at > clock_timestamp() and lower(a.email) = lower(${email})`);

/** Keeps a device, or keeps it longer, and forgets those that were not used for longest, of its origin and of all. */
export const keepDevice = async (
  transaction: Queries,
  device: {
    readonly hash: Buffer;
    readonly userId: string;
    readonly origin: string;
    readonly lifetimeSeconds: number;
  },
  most: { readonly ofOrigin: number; readonly ofAll: number },
): Promise<void> => {
  const { hash, userId, origin } = device;
  await transaction.query(sql.type(Nothing)`
    insert into users.devices as known (hash, user_id, origin, expires_at)
    values (${sql.binary(hash)}, ${userId}, ${origin},
      clock_timestamp() + make_interval(secs => ${device.lifetimeSeconds}))
    on conflict (hash) do update set
      origin = excluded.origin, last_used_at = clock_timestamp(), expires_at = excluded.expires_at
      where known.user_id = excluded.user_id`);
  await transaction.query(sql.type(Nothing)`
    delete from users.devices where hash in (
      select hash from (
        select hash, row_number() over (order by last_used_at desc) as of_all,
          row_number() over (partition by origin order by last_used_at desc) as of_origin
        from users.devices where user_id = ${userId}
      ) d where of_all > ${most.ofAll} or of_origin > ${most.ofOrigin})`);
};

export const deleteExpiredDevices = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.devices where hash in (
      select hash from users.devices where expires_at < clock_timestamp()
      order by expires_at limit 1000 for update skip locked)`);
};
