import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from './database/pool.ts';
import type { RequestContext } from './subgraph.ts';

/** Who did something, and from where. */
export interface Actor {
  /** Null for nobody who had signed in, and for the operator of the machine. */
  readonly userId: string | null;
  readonly credential: 'session' | 'key' | 'operator' | 'none';
  /** The session or the key. */
  readonly credentialId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface AuditEvent {
  /** A noun, a dot and what became of it: `user.suspended`. */
  readonly action: string;
  readonly targetKind?: string;
  readonly targetId?: string;
  /** What was changed, in at most 4 kB; never a secret, and no e-mail address: the log is not erased with a person. */
  readonly details?: Readonly<Record<string, Json>>;
}

/** Whoever has a shell on the machine: the command line. */
export const OPERATOR: Actor = {
  userId: null,
  credential: 'operator',
  credentialId: null,
  address: null,
  requestId: null,
};

/** The caller of a request as an actor; of an anonymous request nobody, with its address. */
export const actorOf = ({
  caller,
  client,
  requestId,
}: Pick<RequestContext, 'caller' | 'client' | 'requestId'>): Actor => ({
  userId: caller?.userId ?? null,
  credential: caller?.credential.kind ?? 'none',
  credentialId: caller?.credential.id ?? null,
  address: client.address,
  requestId,
});

/**
 * Adds to the audit log. Call it inside the transaction of what it records, so that neither is there without the other.
 * @throws slonik's CheckIntegrityConstraintViolationError for an event that is out of bounds: a slip of the caller
 */
export const recordAudit = async (db: Queries, actor: Actor, event: AuditEvent): Promise<void> => {
  const { action, targetKind = null, targetId = null, details = {} } = event;
  const { userId, credential, credentialId, address, requestId } = actor;
  await db.query(sql.type(z.object({ record: z.unknown() }))`
    select audit.record(${action}, ${userId}::uuid, ${credential}, ${credentialId}::uuid,
      ${targetKind}, ${targetId}, ${sql.jsonb(details)}, ${address}, ${requestId})`);
};
