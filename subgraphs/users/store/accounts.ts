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

export const anyAccount = (db: Queries): Promise<boolean> =>
  db.exists(sql.type(z.object({}))`select 1 from users.accounts`);

/** @throws UniqueIntegrityConstraintViolationError when the e-mail address is taken */
export const insertAccount = (
  db: Queries,
  account: { readonly email: string; readonly passwordHash: string; readonly role: UserMapper['role'] },
): Promise<UserMapper> =>
  db.one(sql.type(Account)`
    insert into users.accounts (email, password_hash, role)
    values (${account.email}, ${account.passwordHash}, ${account.role})
    returning ${columns}`);
