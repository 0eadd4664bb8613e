import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { expected } from '../errors.ts';
import { readCredential, type Credential } from './credentials.ts';
import type { Accounts, Principal } from './principal.ts';
import type { TokenVerdict, Tokens } from './tokens.ts';

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

/** What is decided before the users service is asked; undefined when it has to be. */
const decideEarly = (credential: Credential, verdict: TokenVerdict | undefined): Authentication | undefined => {
  if (credential.kind === 'none') return { outcome: 'accepted', principal: null };
  if (verdict?.outcome === 'expired') return refuse('The access token has expired.');
  return verdict?.outcome === 'valid' ? undefined : refuse();
};

/**
 * Decides who asks. A credential that does not hold refuses the whole request, even for public fields: a client that
 * sends one believes that it is signed in.
 */
export const createAuthenticate =
  (tokens: Tokens, accounts: Accounts, log: Log): Authenticate =>
  async (credentials, requestId, signal) => {
    try {
      const credential = readCredential(credentials);
      const verdict = credential.kind === 'token' ? await tokens.verify(credential.token) : undefined;
      const early = decideEarly(credential, verdict);
      if (early || verdict?.outcome !== 'valid') return early ?? refuse();
      const { userId, sessionId, expiresAt } = verdict.session;
      const principal = await accounts.principal(sessionId, requestId, signal);
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
