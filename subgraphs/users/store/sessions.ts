import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});
const Id = z.object({ id: z.uuid() });

/**
 * Opens a session with its first refresh token and answers its id; null when the account was suspended or its password
 * changed since it was checked. The lock keeps such a change waiting, which then ends this session with the others.
 */
export const insertSession = (
  db: Queries,
  session: {
    readonly userId: string;
    readonly passwordHash: string;
    readonly tokenHash: Buffer;
    readonly lifetimeSeconds: number;
  },
): Promise<string | null> =>
  db.maybeOneFirst(sql.type(Id)`
    with account as (
      select id from users.accounts
      where id = ${session.userId} and status = 'ACTIVE' and password_hash = ${session.passwordHash} for share
    ), opened as (
      insert into users.sessions (user_id, expires_at)
      select id, clock_timestamp() + make_interval(secs => ${session.lifetimeSeconds}) from account
      returning id, expires_at
    ), token as (
      insert into users.refresh_tokens (hash, session_id, expires_at)
      select ${sql.binary(session.tokenHash)}, id, expires_at from opened
    )
    select id from opened`);

const Rotation = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['rotated', 'raced']), sessionId: z.uuid(), userId: z.uuid() }),
  z.object({ outcome: z.literal('reused'), sessionId: z.uuid(), userId: z.uuid() }),
  z.object({ outcome: z.enum(['unknown', 'revoked', 'expired', 'inactive']) }),
]);
export type Rotation = z.infer<typeof Rotation>;

/** Spends a refresh token for its successor; `users.rotate_refresh_token` describes each outcome. */
export const rotateRefreshToken = (
  db: Queries,
  change: {
    readonly spent: Buffer;
    readonly next: Buffer;
    readonly lifetimeSeconds: number;
    readonly graceSeconds: number;
  },
): Promise<Rotation> =>
  db.one(sql.type(Rotation)`
    select outcome, session_id as "sessionId", user_id as "userId"
    from users.rotate_refresh_token(${sql.binary(change.spent)}, ${sql.binary(change.next)},
      make_interval(secs => ${change.lifetimeSeconds}), make_interval(secs => ${change.graceSeconds}))`);

export const revokeSession = async (db: Queries, id: string, reason: 'logout'): Promise<void> => {
  await db.query(sql.type(Nothing)`
    update users.sessions set revoked_at = clock_timestamp(), reason = ${reason}
    where id = ${id} and revoked_at is null`);
};

/** Ends all sessions of a user, but for the one to keep. */
export const revokeSessionsOf = async (
  db: Queries,
  userId: string,
  reason: 'logout' | 'account suspended' | 'password changed',
  keep: string | null = null,
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    update users.sessions set revoked_at = clock_timestamp(), reason = ${reason}
    where user_id = ${userId} and revoked_at is null and id is distinct from ${keep}::uuid`);
};

/** Forgets sessions that nobody can refresh any more, with their spent tokens. */
export const deleteExpiredSessions = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.sessions where id in (
      select id from users.sessions where expires_at < clock_timestamp()
      order by expires_at limit 100 for update skip locked)`);
};

/** Forgets refresh tokens past their own end, of sessions that live on too. */
export const deleteExpiredRefreshTokens = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.refresh_tokens where hash in (
      select hash from users.refresh_tokens where expires_at < clock_timestamp()
      order by expires_at limit 1000 for update skip locked)`);
};
