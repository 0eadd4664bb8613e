import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { scopesOf } from '#mesh/scopes.ts';

const Row = z
  .object({
    userId: z.uuid(),
    email: z.string(),
    role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
    credential: z.enum(['SESSION', 'KEY']),
    credentialId: z.uuid(),
    keyScopes: z.array(z.string()).nullable(),
    availableTokens: z.bigint().transform(Number),
  })
  .transform(({ keyScopes, ...principal }) => {
    const ofRole = scopesOf(principal.role);
    // The role counts anew each time: a key loses what its owner has lost.
    return { ...principal, scopes: keyScopes === null ? [...ofRole] : keyScopes.filter((one) => ofRole.includes(one)) };
  });

/** Who stands behind a credential at this moment, and what it may do. */
export type Principal = z.infer<typeof Row>;

const bySession = (ids: readonly string[]) => sql.fragment`
  select s.user_id, 'SESSION' as credential, s.id as credential_id, null::text[] as scopes
  from users.sessions s
  where s.id = any(${sql.array([...ids], 'uuid')}) and s.revoked_at is null and s.expires_at > clock_timestamp()`;

const inForce = sql.fragment`k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`;

const byKey = (ids: readonly string[]) => sql.fragment`
  select k.user_id, 'KEY' as credential, k.id as credential_id, k.scopes
  from users.api_keys k where k.id = any(${sql.array([...ids], 'uuid')}) and ${inForce}`;

const byHash = (hash: Buffer) => sql.fragment`
  select k.user_id, 'KEY' as credential, k.id as credential_id, k.scopes
  from users.api_keys k where k.hash = ${sql.binary(hash)} and ${inForce}`;

const behind = (credentials: ReturnType<typeof bySession>) => sql.type(Row)`
  select a.id as "userId", a.email, a.role, c.credential, c.credential_id as "credentialId", c.scopes as "keyScopes",
    b.granted - b.reserved - b.spent as "availableTokens"
  from (${credentials}) c
  join users.accounts a on a.id = c.user_id
  cross join lateral billing.balance(a.id) b
  where a.status = 'ACTIVE'`;

/** The caller behind a session, if session and account are in force. Read on every request. */
export const principalOfSession = (db: Queries, sessionId: string): Promise<Principal | null> =>
  db.maybeOne(behind(bySession([sessionId])));

/** The caller behind the SHA-256 of an API key, if key and owner are in force. Read on every request. */
export const principalOfKey = (db: Queries, hash: Buffer): Promise<Principal | null> =>
  db.maybeOne(behind(byHash(hash)));

/** The callers behind those of the sessions and keys that are in force. */
export const findPrincipals = (db: Queries, credentialIds: readonly string[]): Promise<readonly Principal[]> =>
  db.any(behind(sql.fragment`${bySession(credentialIds)} union all ${byKey(credentialIds)}`));

/** Notes that a key is used; at most once a minute, so that a busy one is not written all the time. */
export const noteKeyUse = async (db: Queries, keyId: string): Promise<void> => {
  await db.query(sql.type(z.object({}))`
    update users.api_keys set last_used_at = clock_timestamp()
    where id = ${keyId} and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`);
};
