import { sql } from 'slonik';
import { z } from 'zod';
import { originOf } from '#mesh/address.ts';
import type { Queries } from '#mesh/database/pool.ts';
import type { Client } from '#mesh/identity.ts';

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
    /** Where it is opened from. */
    readonly client: Client;
  },
): Promise<string | null> =>
  db.maybeOneFirst(sql.type(Id)`
    with account as (
      select id from users.accounts
      where id = ${session.userId} and status = 'ACTIVE' and password_hash = ${session.passwordHash} for share
    ), opened as (
      insert into users.sessions (user_id, expires_at, address, user_agent, origin)
      select id, clock_timestamp() + make_interval(secs => ${session.lifetimeSeconds}),
        ${session.client.address}, ${session.client.userAgent}, ${originOf(session.client.address ?? '').key}
      from account
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
    /** Since the session was opened. */
    readonly longestSeconds: number;
  },
): Promise<Rotation> =>
  db.one(sql.type(Rotation)`
    select outcome, session_id as "sessionId", user_id as "userId"
    from users.rotate_refresh_token(${sql.binary(change.spent)}, ${sql.binary(change.next)},
      make_interval(secs => ${change.lifetimeSeconds}), make_interval(secs => ${change.graceSeconds}),
      make_interval(secs => ${change.longestSeconds}))`);

/** Ends all sessions of a user, but for the one to keep. */
export const revokeSessionsOf = async (
  db: Queries,
  userId: string,
  reason: 'logout' | 'account suspended' | 'password changed' | 'second factor reset' | 'second factor enabled',
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

const instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());

const Session = z.object({
  id: z.uuid(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});

/** A user's sessions in force, newest first, at most 100. */
export const sessionsOf = (db: Queries, userId: string): Promise<readonly z.infer<typeof Session>[]> =>
  db.any(sql.type(Session)`
    select id, created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt", address,
      user_agent as "userAgent"
    from users.sessions
    where user_id = ${userId} and revoked_at is null and expires_at > clock_timestamp()
    order by created_at desc, id limit 100`);

/**
 * Ends a session in force and answers whose it was; null when there is none.
 * @param ownerId the only one whose session it may be; null for anybody's
 */
export const revokeSessionOf = (db: Queries, id: string, ownerId: string | null): Promise<string | null> =>
  db.maybeOneFirst(sql.type(z.object({ userId: z.uuid() }))`
    update users.sessions set revoked_at = clock_timestamp(), reason = 'logout'
    where id = ${id} and revoked_at is null and expires_at > clock_timestamp()
      and (${ownerId}::uuid is null or user_id = ${ownerId})
    returning user_id as "userId"`);

/** Whether the account of an e-mail address has been signed in to from an origin within the life of a session. */
export const isKnownOrigin = (db: Queries, email: string, origin: string): Promise<boolean> =>
  db.exists(sql.type(Nothing)`
    select 1 from users.sessions s join users.accounts a on a.id = s.user_id
    where lower(a.email) = lower(${email}) and s.origin = ${origin}`);
