import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import type { Caller, Role } from '#mesh/identity.ts';
import type { Answer, Upstream } from '../upstream/upstream.ts';
import type { KeyRow } from './keys.ts';

/** A caller who has proven who it is, as it stands at the moment of the request. */
export interface Principal extends Caller {
  /** Prepaid tokens that are neither spent nor reserved. */
  readonly availableTokens: number;
  /** When the credential ends, in milliseconds since 1970; a live stream ends with it. */
  readonly expiresAt: number;
}

/** The part of a principal that a subgraph is told. */
export const callerOf = (principal: Principal | null): Caller | null => {
  if (!principal) return null;
  const { userId, email, role, sessionId } = principal;
  return { userId, email, role, sessionId };
};

const Found = z.object({
  principal: z
    .object({
      userId: z.string(),
      email: z.string(),
      role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
      sessionId: z.string(),
      availableTokens: z.number(),
    })
    .nullable(),
});

const FoundRoles = z.object({
  principals: z.array(z.object({ sessionId: z.string(), role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']) }).nullable()),
});

const KeyRows = z.object({ verificationKeys: z.array(z.object({ kid: z.string(), jwk: z.string() })) });

const PRINCIPAL = `query Principal($sessionId: ID!) {
  principal(sessionId: $sessionId) { userId email role sessionId availableTokens }
}`;
const ROLES = 'query Principals($sessionIds: [ID!]!) { principals(sessionIds: $sessionIds) { sessionId role } }';
const KEYS = 'query VerificationKeys { verificationKeys { kid jwk } }';

/** The questions that the gateway itself asks the users service; clients cannot reach these fields. */
export interface Accounts {
  /** The caller behind a session at this moment; null when the session or its account is no longer in force. */
  principal(sessionId: string, requestId: string, signal: AbortSignal): Promise<Omit<Principal, 'expiresAt'> | null>;
  /** The roles behind those of up to 500 sessions that are in force, by session. */
  roles(sessionIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Role>>;
  verificationKeys(): Promise<readonly KeyRow[]>;
}

const checked = <T>(schema: z.ZodType<T>, { data, errors }: Answer): T => {
  const parsed = schema.safeParse(data);
  if (errors || !parsed.success)
    throw new StudioError('SERVICE_UNAVAILABLE', 'The users service cannot say who you are.');
  return parsed.data;
};

/** Its methods reject with a StudioError when the users service gives no answer. */
export const createAccounts = (users: Upstream): Accounts => {
  const ask = (query: string, variables: object, field: string, requestId: string, signal: AbortSignal) =>
    users.fetch({
      kind: 'query',
      body: JSON.stringify({ query, variables }),
      fields: [field],
      identity: { requestId, caller: null },
      signal,
    });
  return {
    principal: async (sessionId, requestId, signal) =>
      checked(Found, await ask(PRINCIPAL, { sessionId }, 'principal', requestId, signal)).principal,
    roles: async (sessionIds, signal) => {
      const answer = await ask(ROLES, { sessionIds }, 'principals', 'live-sessions', signal);
      const { principals } = checked(FoundRoles, answer);
      return new Map(principals.flatMap((found) => (found ? [[found.sessionId, found.role]] : [])));
    },
    verificationKeys: async () => {
      // Shared by all that wait for it, so nobody's going away ends it; the upstream has its own time limit.
      const { signal } = new AbortController();
      return checked(KeyRows, await ask(KEYS, {}, 'verificationKeys', 'verification-keys', signal)).verificationKeys;
    },
  };
};
