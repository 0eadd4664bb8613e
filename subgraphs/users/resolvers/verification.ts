import type { QueryResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { isId } from '../input.ts';
import { findPrincipal } from '../store/sessions.ts';
import { publicKeys } from '../store/signing-keys.ts';

/** What the gateway asks to decide who a request comes from. */
export const verificationQueries = (
  db: Database,
): Required<Pick<QueryResolvers, 'principal' | 'verificationKeys'>> => ({
  principal: async (_parent, { sessionId }) => (isId(sessionId) ? findPrincipal(db, sessionId) : null),
  verificationKeys: async () =>
    (await publicKeys(db)).map(({ kid, publicJwk }) => ({ kid, jwk: JSON.stringify(publicJwk) })),
});
