import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import type { ApiKeyMapper, UserMapper } from '../mappers.ts';

/** Keys out of force that a list still shows; those that were used are kept for ever. */
const SHOWN_OUT_OF_FORCE = 100;

const instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());

const Key = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  models: z.array(z.string()).nullable(),
  scopes: z.array(z.string()),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});

const columns = sql.fragment`
  k.id, k.user_id as "userId", k.name, k.prefix, k.models, k.scopes, k.created_at as "createdAt",
  k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt"`;

const inForce = sql.fragment`(k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp()))`;

/** The keys that exist of these ids, by id. */
export const apiKeysById = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, ApiKeyMapper>> => {
  const rows = await db.any(
    sql.type(Key)`select ${columns} from users.api_keys k where k.id = any(${sql.array([...ids], 'uuid')})`,
  );
  return new Map(rows.map((row) => [row.id, row]));
};

/** The keys of each of these users, newest first: those in force, and the last hundred others. */
export const apiKeysByUser = async (
  db: Queries,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ApiKeyMapper[]>> => {
  const rows = await db.any(sql.type(Key)`
    select ${columns}
    from (
      select k.*, ${inForce} as in_force,
        row_number() over (partition by k.user_id, ${inForce} order by k.created_at desc, k.id) as place
      from users.api_keys k where k.user_id = any(${sql.array([...userIds], 'uuid')})
    ) k
    where k.in_force or k.place <= ${SHOWN_OUT_OF_FORCE}
    order by k.created_at desc, k.id`);
  return Map.groupBy(rows, ({ userId }) => userId);
};

/** What decides about the keys of an account; held to the end of the transaction, so that keys are made one by one. */
export const lockOwner = (transaction: Queries, userId: string): Promise<Pick<UserMapper, 'role' | 'status'> | null> =>
  transaction.maybeOne(
    sql.type(z.object({ role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']), status: z.enum(['ACTIVE', 'SUSPENDED']) }))`
      select role, status from users.accounts where id = ${userId} for no key update`,
  );

/** How many keys were made for a user within a day, in force or not. */
export const countMadeInADay = async (db: Queries, userId: string): Promise<number> =>
  Number(
    await db.oneFirst(
      sql.type(z.object({ count: z.bigint() }))`
        select count(*) from users.api_keys k
        where k.user_id = ${userId} and k.created_at > clock_timestamp() - interval '1 day'`,
    ),
  );

/** Whether this key is in force at this moment. */
export const isInForce = (db: Queries, id: string): Promise<boolean> =>
  db.exists(sql.type(z.object({}))`select 1 from users.api_keys k where k.id = ${id} and ${inForce}`);

/** How many keys of a user are in force. */
export const countInForce = async (db: Queries, userId: string): Promise<number> =>
  Number(
    await db.oneFirst(
      sql.type(z.object({ count: z.bigint() }))`
        select count(*) from users.api_keys k where k.user_id = ${userId} and ${inForce}`,
    ),
  );

export interface NewKeyRow {
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  /** The SHA-256 of the secret. */
  readonly hash: Buffer;
  readonly models: readonly string[] | null;
  readonly scopes: readonly string[];
  /** Null for the operator of the machine. */
  readonly createdBy: string | null;
  /** The key that asks for it; null for a person or the operator. */
  readonly madeByKey: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

export const insertApiKey = (db: Queries, key: NewKeyRow): Promise<ApiKeyMapper> =>
  db.one(sql.type(Key)`
    insert into users.api_keys as k (user_id, name, prefix, hash, models, scopes, created_by, made_by_key, expires_at)
    values (
      ${key.userId}, ${key.name}, ${key.prefix}, ${sql.binary(key.hash)},
      ${key.models === null ? null : sql.array([...key.models], 'text')}, ${sql.array([...key.scopes], 'text')},
      ${key.createdBy}, ${key.madeByKey}, ${key.expiresAt === null ? null : sql.timestamp(new Date(key.expiresAt))}
    )
    returning ${columns}`);

/** Revokes a key and all that come from it; answers those that were not revoked before. Lock their owner first. */
export const revokeKeys = (transaction: Queries, id: string): Promise<readonly ApiKeyMapper[]> =>
  transaction.any(sql.type(Key)`
    with recursive line as (
      select id from users.api_keys where id = ${id}
      union
      select c.id from users.api_keys c join line l on c.made_by_key = l.id
    )
    update users.api_keys k set revoked_at = clock_timestamp()
    where k.id in (select id from line) and k.revoked_at is null
    returning ${columns}`);

/** Forgets keys that were out of force for 30 days and never used, some hundreds at once; nothing else knows of them. */
export const forgetUnusedKeys = async (db: Queries): Promise<void> => {
  await db.query(sql.type(z.object({}))`select from users.forget_unused_keys()`);
};
