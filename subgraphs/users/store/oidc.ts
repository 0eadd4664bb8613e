import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

const Nothing = z.object({});

/** Keeps a sign-in that begins. */
export const insertSignIn = async (
  db: Queries,
  signIn: {
    readonly ticketHash: Buffer;
    readonly sealed: Buffer;
    readonly network: string;
    readonly lifetimeSeconds: number;
  },
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    insert into users.oidc_sign_ins (ticket_hash, sealed, network, expires_at)
    values (${sql.binary(signIn.ticketHash)}, ${sql.binary(signIn.sealed)}, ${signIn.network},
      clock_timestamp() + make_interval(secs => ${signIn.lifetimeSeconds}))`);
};

/** Gives up the oldest sign-ins above what a network, and all together, may have under way. */
export const deleteOldestSignIns = async (
  db: Queries,
  network: string,
  most: { readonly ofNetwork: number; readonly ofAll: number },
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.oidc_sign_ins where ticket_hash in (
      select ticket_hash from users.oidc_sign_ins where network = ${network}
      order by created_at desc offset ${most.ofNetwork})`);
  await db.query(sql.type(Nothing)`
    delete from users.oidc_sign_ins where ticket_hash in (
      select ticket_hash from users.oidc_sign_ins order by expires_at desc offset ${most.ofAll})`);
};

/** Takes a sign-in, which nobody else can take then, and answers what was sealed; null when there is none in force. */
export const takeSignIn = (db: Queries, ticketHash: Buffer): Promise<Buffer | null> =>
  db.maybeOneFirst(sql.type(z.object({ sealed: z.instanceof(Buffer) }))`
    delete from users.oidc_sign_ins
    where ticket_hash = ${sql.binary(ticketHash)} and expires_at > clock_timestamp()
    returning sealed`);

/** Forgets sign-ins that nobody has ended in time. */
export const deleteExpiredSignIns = async (db: Queries): Promise<void> => {
  await db.query(sql.type(Nothing)`
    delete from users.oidc_sign_ins where ticket_hash in (
      select ticket_hash from users.oidc_sign_ins where expires_at < clock_timestamp()
      order by expires_at limit 1000 for update skip locked)`);
};

/** Who somebody is at the provider. */
export interface IdentityKey {
  readonly issuer: string;
  readonly subject: string;
}

/** The account that an identity is linked to; null for none. */
export const findLinkedUser = (db: Queries, { issuer, subject }: IdentityKey): Promise<string | null> =>
  db.maybeOneFirst(sql.type(z.object({ id: z.uuid() }))`
    select user_id as id from users.oidc_identities where issuer = ${issuer} and subject = ${subject}`);

/** Whether an account is linked to somebody at this issuer. */
export const isLinked = (db: Queries, userId: string, issuer: string): Promise<boolean> =>
  db.exists(sql.type(Nothing)`
    select 1 from users.oidc_identities where user_id = ${userId} and issuer = ${issuer}`);

/** @throws UniqueIntegrityConstraintViolationError when the identity, or the account at this issuer, is linked already */
export const insertIdentity = async (
  db: Queries,
  { issuer, subject, userId }: IdentityKey & { readonly userId: string },
): Promise<void> => {
  await db.query(sql.type(Nothing)`
    insert into users.oidc_identities (issuer, subject, user_id) values (${issuer}, ${subject}, ${userId})`);
};
