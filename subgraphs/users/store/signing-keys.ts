import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** Any constant that no other advisory lock uses. */
const LOCK = 6_813_002;

const Nothing = z.object({});

const SigningKey = z.object({ kid: z.string(), privateJwk: z.instanceof(Buffer) });
export type SigningKey = z.infer<typeof SigningKey>;

/** A key that was just made. */
export interface NewSigningKey extends SigningKey {
  readonly publicJwk: Readonly<Record<string, string>>;
}

const PublicKey = z.object({ kid: z.string(), publicJwk: z.record(z.string(), z.unknown()) });

const State = z.enum(['next', 'active', 'retired']);

const Standing = z.object({
  kid: z.string(),
  state: State,
  createdAt: z.number().transform((milliseconds) => new Date(milliseconds).toISOString()),
  /** Since it has this state, by the clock of the database, which all replicas share. */
  seconds: z.number(),
});
export type Standing = z.infer<typeof Standing>;

/** Held to the end of the transaction, so that of several replicas that change the keys at once one does. */
export const lockSigningKeys = async (transaction: Queries): Promise<void> => {
  await transaction.query(sql.type(Nothing)`select from pg_advisory_xact_lock(${LOCK})`);
};

export const activeSigningKey = (db: Queries): Promise<SigningKey | null> =>
  db.maybeOne(sql.type(SigningKey)`
    select kid, private_jwk as "privateJwk" from users.signing_keys where state = 'active'`);

export const insertSigningKey = async (db: Queries, key: NewSigningKey, state: 'next' | 'active'): Promise<void> => {
  await db.query(sql.type(Nothing)`
    insert into users.signing_keys (kid, public_jwk, private_jwk, state, activated_at)
    values (${key.kid}, ${sql.jsonb({ ...key.publicJwk })}, ${sql.binary(key.privateJwk)}, ${state},
      case when ${state} = 'active' then clock_timestamp() end)`);
};

/** The next key signs from now on; the one that did verifies what it signed. */
export const activateNextKey = async (transaction: Queries): Promise<void> => {
  await transaction.query(sql.type(Nothing)`
    update users.signing_keys set state = 'retired', retired_at = clock_timestamp() where state = 'active'`);
  await transaction.query(sql.type(Nothing)`
    update users.signing_keys set state = 'active', activated_at = clock_timestamp() where state = 'next'`);
};

export const deleteSigningKeys = async (db: Queries, kids: readonly string[]): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.signing_keys where kid = any(${sql.array([...kids], 'text')})`);
};

/** Every key, newest first. */
export const listSigningKeys = (db: Queries): Promise<readonly Standing[]> =>
  db.any(sql.type(Standing)`
    select kid, state, created_at as "createdAt",
      extract(epoch from clock_timestamp() - coalesce(retired_at, activated_at, created_at))::float8 as seconds
    from users.signing_keys order by created_at desc, kid`);

/** Every key that may have signed a token that is still in use, or will sign the next ones; the active one first. */
export const publicKeys = (db: Queries): Promise<readonly z.infer<typeof PublicKey>[]> =>
  db.any(sql.type(PublicKey)`
    select kid, public_jwk as "publicJwk" from users.signing_keys order by state, created_at desc`);
