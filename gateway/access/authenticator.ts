import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { expected } from '../errors.ts';
import type { KnownKeys } from './claim.ts';
import { readCredential } from './credentials.ts';
import type { Accounts, Principal } from './principal.ts';
import type { Tokens } from './tokens.ts';

/** Where a client writes its credential. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | undefined;
}

export type Authentication =
  | { readonly outcome: 'accepted'; readonly principal: Principal | null }
  | { readonly outcome: 'refused'; readonly error: StudioError };

export type Authenticate = (
  credentials: Credentials,
  requestId: string,
  signal: AbortSignal,
) => Promise<Authentication>;

const refuse = (sentence?: string): Authentication => ({
  outcome: 'refused',
  error: new StudioError('UNAUTHENTICATED', sentence),
});

/**
 * Decides who asks. A credential that does not hold refuses the whole request, even for public fields: a client that
 * sends one believes that it is signed in.
 */
export const createAuthenticate =
  (tokens: Tokens, accounts: Accounts, known: KnownKeys, log: Log): Authenticate =>
  async (credentials, requestId, signal) => {
    try {
      const credential = readCredential(credentials);
      if (credential.kind === 'none') return { outcome: 'accepted', principal: null };
      if (credential.kind === 'unreadable') return refuse();
      if (credential.kind === 'key') {
        const principal = await accounts.principal({ keyHash: credential.hash }, requestId, signal);
        if (!principal) return refuse('The API key is not in force.');
        known.set(credential.hash, true);
        return { outcome: 'accepted', principal: { ...principal, expiresAt: Number.POSITIVE_INFINITY } };
      }
      const verdict = await tokens.verify(credential.token);
      if (verdict.outcome === 'expired') return refuse('The access token has expired.');
      if (verdict.outcome === 'invalid') return refuse();
      const { userId, sessionId, expiresAt } = verdict.session;
      const principal = await accounts.principal({ sessionId }, requestId, signal);
      if (!principal || principal.userId !== userId) return refuse('The session is no longer in force.');
      return { outcome: 'accepted', principal: { ...principal, expiresAt } };
    } catch (error) {
      // Nobody waits for the answer any more; that is no failure of ours.
      if (signal.aborted) return { outcome: 'refused', error: new StudioError('TIMEOUT') };
      const known = expected(error, log);
      return {
        outcome: 'refused',
        error: known instanceof StudioError ? known : new StudioError('SERVICE_UNAVAILABLE'),
      };
    }
  };
