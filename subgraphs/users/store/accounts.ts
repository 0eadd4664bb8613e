import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import type { UserMapper } from '../mappers.ts';

const columns = sql.fragment`id, email, role, status, created_at as "createdAt"`;

const Account = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
  status: z.enum(['ACTIVE', 'SUSPENDED']),
  createdAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
});

const Credentials = Account.extend({ passwordHash: z.string() });

const Nothing = z.object({});

/** Any constant that no other advisory lock uses. */
const LOCK = 6_813_004;

/**
 * Held to the end of the transaction, so that of two admins who demote each other at once one stays: whoever takes it
 * second reads what the first has changed.
 */
export const lockStandings = async (transaction: Queries): Promise<void> => {
  await transaction.query(sql.type(Nothing)`select from pg_advisory_xact_lock(${LOCK})`);
};

export const listAccounts = (db: Queries): Promise<readonly UserMapper[]> =>
  db.any(sql.type(Account)`select ${columns} from users.accounts order by created_at, id`);

/** The accounts that exist of these ids, by id. */
export const accountsById = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, UserMapper>> => {
  const rows = await db.any(
    sql.type(Account)`select ${columns} from users.accounts where id = any(${sql.array([...ids], 'uuid')})`,
  );
  return new Map(rows.map((row) => [row.id, row]));
};

/** The account of an e-mail address, upper and lower case alike, with its password's hash. */
export const findCredentials = (db: Queries, email: string): Promise<z.infer<typeof Credentials> | null> =>
  db.maybeOne(
    sql.type(
      Credentials,
    )`select ${columns}, password_hash as "passwordHash" from users.accounts where lower(email) = lower(${email})`,
  );

/** The hash of an account's password; null for no such account. */
export const findPasswordHash = (db: Queries, id: string): Promise<string | null> =>
  db.maybeOneFirst(
    sql.type(z.object({ hash: z.string() }))`select password_hash as hash from users.accounts where id = ${id}`,
  );

export const anyAccount = (db: Queries): Promise<boolean> => db.exists(sql.type(Nothing)`select 1 from users.accounts`);

export const otherActiveAdmin = (db: Queries, id: string): Promise<boolean> =>
  db.exists(sql.type(Nothing)`
    select 1 from users.accounts where role = 'ADMIN' and status = 'ACTIVE' and id <> ${id}`);

/** @throws UniqueIntegrityConstraintViolationError when the e-mail address is taken */
export const insertAccount = (
  db: Queries,
  account: { readonly email: string; readonly passwordHash: string; readonly role: UserMapper['role'] },
): Promise<UserMapper> =>
  db.one(sql.type(Account)`
    insert into users.accounts (email, password_hash, role)
    values (${account.email}, ${account.passwordHash}, ${account.role})
    returning ${columns}`);

/** The account as it then is; null when there is none, or the person behind it was erased. */
export const updateStanding = (
  db: Queries,
  { id, role, status }: Pick<UserMapper, 'id' | 'role' | 'status'>,
): Promise<UserMapper | null> =>
  db.maybeOne(sql.type(Account)`
    update users.accounts set role = ${role}, status = ${status}
    where id = ${id} and erased_at is null returning ${columns}`);

/** Whether the password was still the one of `previousHash`, and so was changed. */
export const updatePassword = async (
  db: Queries,
  change: { readonly id: string; readonly previousHash: string; readonly passwordHash: string },
): Promise<boolean> => {
  const { rowCount } = await db.query(sql.type(Nothing)`
    update users.accounts set password_hash = ${change.passwordHash}
    where id = ${change.id} and password_hash = ${change.previousHash}`);
  return rowCount > 0;
};
