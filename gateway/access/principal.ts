import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { Answer, Upstream } from '../upstream/upstream.ts';
import type { KeyRow } from './keys.ts';

/** A caller who has proven who it is, as it stands at the moment of the request. */
export interface Principal extends Caller {
  /** Prepaid tokens that are neither spent nor reserved. */
  readonly availableTokens: number;
  /** When the token ends, in milliseconds since 1970; a live stream ends with it. A key ends by its standing alone. */
  readonly expiresAt: number;
}

/** The part of a principal that a subgraph is told. */
export const callerOf = (principal: Principal | null): Caller | null => {
  if (!principal) return null;
  const { userId, email, role, credential, scopes } = principal;
  return { userId, email, role, credential, scopes };
};

const Found = z.object({
  principal: z
    .object({
      userId: z.string(),
      email: z.string(),
      role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
      credential: z.enum(['SESSION', 'KEY']),
      credentialId: z.string(),
      scopes: z.array(z.string()),
      availableTokens: z.number(),
    })
    .transform(({ credential, credentialId, ...rest }) => {
      const kind = credential === 'KEY' ? ('key' as const) : ('session' as const);
      return { ...rest, credential: { kind, id: credentialId } };
    })
    .nullable(),
});

const FoundStandings = z.object({
  principals: z.array(z.object({ credentialId: z.string(), role: z.string(), scopes: z.array(z.string()) }).nullable()),
});

const KeyRows = z.object({ verificationKeys: z.array(z.object({ kid: z.string(), jwk: z.string() })) });

const PRINCIPAL = `query Principal($sessionId: ID, $keyHash: String) {
  principal(sessionId: $sessionId, keyHash: $keyHash) {
    userId email role credential credentialId scopes availableTokens
  }
}`;
const STANDINGS = `query Principals($credentialIds: [ID!]!) {
  principals(credentialIds: $credentialIds) { credentialId role scopes }
}`;
const KEYS = 'query VerificationKeys { verificationKeys { kid jwk } }';

/** By what the users service finds a caller. The secret of a key never leaves the door. */
export type Proof = { readonly sessionId: string } | { readonly keyHash: string };

/** What a caller may do, as one word: another word means that something was given or taken. */
export const standingOf = ({ role, scopes }: { readonly role: string; readonly scopes: readonly string[] }): string =>
  [role, ...scopes].join(' ');

/** The questions that the gateway itself asks the users service; clients cannot reach these fields. */
export interface Accounts {
  /** The caller behind a session or key at this moment; null when it or its account is no longer in force. */
  principal(proof: Proof, requestId: string, signal: AbortSignal): Promise<Omit<Principal, 'expiresAt'> | null>;
  /** The standings behind those of up to 500 sessions and keys that are in force, by their ids. */
  standings(credentialIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  verificationKeys(): Promise<readonly KeyRow[]>;
}

const checked = <T>(schema: z.ZodType<T>, { data, errors }: Answer): T => {
  const parsed = schema.safeParse(data);
  if (errors || !parsed.success)
    throw new StudioError('SERVICE_UNAVAILABLE', 'Who you are cannot be checked at the moment.');
  return parsed.data;
};

/** The gateway asks for itself. */
const NOWHERE = { address: null, userAgent: null };

/** Its methods reject with a StudioError when the users service gives no answer. */
export const createAccounts = (users: Upstream): Accounts => {
  const ask = (query: string, variables: object, field: string, requestId: string, signal: AbortSignal) =>
    users.fetch({
      kind: 'query',
      body: JSON.stringify({ query, variables }),
      fields: [field],
      identity: { requestId, caller: null, client: NOWHERE },
      signal,
    });
  return {
    principal: async (proof, requestId, signal) =>
      checked(Found, await ask(PRINCIPAL, proof, 'principal', requestId, signal)).principal,
    standings: async (credentialIds, signal) => {
      const answer = await ask(STANDINGS, { credentialIds }, 'principals', 'live-sessions', signal);
      const { principals } = checked(FoundStandings, answer);
      return new Map(principals.flatMap((found) => (found ? [[found.credentialId, standingOf(found)]] : [])));
    },
    verificationKeys: async () => {
      // Shared by all that wait for it, so nobody's going away ends it; the upstream has its own time limit.
      const { signal } = new AbortController();
      return checked(KeyRows, await ask(KEYS, {}, 'verificationKeys', 'verification-keys', signal)).verificationKeys;
    },
  };
};
