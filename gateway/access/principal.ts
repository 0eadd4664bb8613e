import type { Caller } from '#mesh/identity.ts';

/** A caller who has proven who it is, as it stands at the moment of the request. */
export interface Principal extends Caller {
  /** Prepaid tokens that are neither spent nor reserved. */
  readonly availableTokens: number;
  /** When the credential ends, in milliseconds since 1970; a live stream ends with it. */
  readonly expiresAt: number;
}
