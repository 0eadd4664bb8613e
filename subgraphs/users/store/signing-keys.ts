import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** Any constant that no other advisory lock uses. */
const LOCK = 6_813_002;

const SigningKey = z.object({ kid: z.string(), privateJwk: z.instanceof(Buffer) });
export type SigningKey = z.infer<typeof SigningKey>;

const PublicKey = z.object({ kid: z.string(), publicJwk: z.record(z.string(), z.unknown()) });

/** Held to the end of the transaction, so that of several replicas that start at once one makes the key. */
export const lockSigningKeys = async (transaction: Queries): Promise<void> => {
  await transaction.query(sql.type(z.object({}))`select from pg_advisory_xact_lock(${LOCK})`);
};

export const activeSigningKey = (db: Queries): Promise<SigningKey | null> =>
  db.maybeOne(sql.type(SigningKey)`
    select kid, private_jwk as "privateJwk" from users.signing_keys where state = 'active'`);

export const insertSigningKey = async (
  db: Queries,
  key: SigningKey & { readonly publicJwk: Readonly<Record<string, string>> },
): Promise<void> => {
  await db.query(sql.type(z.object({}))`
    insert into users.signing_keys (kid, public_jwk, private_jwk)
    values (${key.kid}, ${sql.jsonb({ ...key.publicJwk })}, ${sql.binary(key.privateJwk)})`);
};

/** Every key that may have signed a token that is still in use. */
export const publicKeys = (db: Queries): Promise<readonly z.infer<typeof PublicKey>[]> =>
  db.any(sql.type(PublicKey)`
    select kid, public_jwk as "publicJwk" from users.signing_keys order by state, created_at desc`);
