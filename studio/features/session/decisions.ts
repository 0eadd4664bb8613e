import type { Failure } from '../../graph/failure.ts';
import type { Answer } from '../../graph/graph.tsx';

export type Role = 'ADMIN' | 'DEVELOPER' | 'VIEWER';

export interface SessionUser {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
}

/** A session as the server gives it. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: SessionUser;
}

/** Used where a token does not say how long it lives. */
const UNKNOWN_LIFETIME_MS = 60_000;

/** A token is renewed when this part of its life is over, so that a stream which begins just before has the rest. */
const RENEWAL_AT = 0.8;

/**
 * How long after its arrival a token should be renewed, in milliseconds.
 * Read from the token itself, as the difference of two instants of the server: this clock may be wrong.
 */
export const renewalDelay = (accessToken: string): number => {
  try {
    const payload = accessToken.split('.')[1] ?? '';
    // A JWT's payload, which is untrusted JSON until the numbers are checked below.
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as unknown;
    if (typeof claims !== 'object' || claims === null || !('iat' in claims) || !('exp' in claims)) {
      return UNKNOWN_LIFETIME_MS;
    }
    const seconds = Number(claims.exp) - Number(claims.iat);
    return seconds > 0 && seconds < 86_400 ? seconds * 1000 * RENEWAL_AT : UNKNOWN_LIFETIME_MS;
  } catch {
    return UNKNOWN_LIFETIME_MS;
  }
};

export type Renewal =
  | { readonly outcome: 'renewed'; readonly grant: Grant }
  /** The server knows the session no more. */
  | { readonly outcome: 'ended' }
  /** Nothing is known: the session may well be in force. */
  | { readonly outcome: 'unknown'; readonly failure: Failure };

/** What the answer to a renewal means for the session. Only the server's own word ends one. */
export const renewalOf = (answer: Answer<{ readonly refreshSession: Grant }>): Renewal => {
  if (answer.outcome === 'answered') return { outcome: 'renewed', grant: answer.data.refreshSession };
  const { failure } = answer;
  return failure.code === 'UNAUTHENTICATED' || failure.code === 'FORBIDDEN'
    ? { outcome: 'ended' }
    : { outcome: 'unknown', failure };
};

/** What a role may do in the studio. The server decides the same for itself. */
export const may: Readonly<Record<'chat' | 'manageModels', (user: SessionUser) => boolean>> = {
  chat: ({ role }) => role !== 'VIEWER',
  manageModels: ({ role }) => role === 'ADMIN',
};
