import { Lru } from '../lru.ts';
import type { Credentials } from './authenticator.ts';
import { readCredential } from './credentials.ts';
import type { Tokens } from './tokens.ts';

/**
 * What a request looks like before anybody is asked about it.
 * - `nobody`: it shows no credential
 * - `unproven`: it shows one of which nothing is known
 * - `signed`: it shows a token that we have signed, or a key that was in force a while ago; `credential` names it
 */
export type Claim =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unproven' }
  | { readonly kind: 'signed'; readonly credential: string };

/** The hashes of API keys that have held. */
export type KnownKeys = Pick<Lru<string, true>, 'get' | 'set'>;

const REMEMBERED = 10_000;

export const createKnownKeys = (): KnownKeys => new Lru(REMEMBERED);

/** @param mayCheck whether one more signature may be checked for who asks */
export type ReadClaim = (credentials: Credentials, mayCheck: () => Promise<boolean>) => Promise<Claim>;

const UNPROVEN: Claim = { kind: 'unproven' };

/** Reads what can be told of a credential in this process, so that it is known whose points a request takes. */
export const createReadClaim =
  (tokens: Tokens, known: KnownKeys): ReadClaim =>
  async (credentials, mayCheck) => {
    const credential = readCredential(credentials);
    switch (credential.kind) {
      case 'none':
        return { kind: 'nobody' };
      case 'unreadable':
        return UNPROVEN;
      case 'key':
        return known.get(credential.hash) ? { kind: 'signed', credential: `key ${credential.hash}` } : UNPROVEN;
      case 'token': {
        if (!tokens.remembers(credential.token) && !(await mayCheck())) return UNPROVEN;
        try {
          const verdict = await tokens.verify(credential.token);
          return verdict.outcome === 'valid'
            ? { kind: 'signed', credential: `session ${verdict.session.sessionId}` }
            : UNPROVEN;
        } catch {
          // The keys cannot be loaded; whoever asks who this is meets the same, and says it.
          return UNPROVEN;
        }
      }
      default:
        return credential satisfies never;
    }
  };
