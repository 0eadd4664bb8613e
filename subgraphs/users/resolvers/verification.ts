import type { QueryResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { isId } from '../input.ts';
import { findPrincipals } from '../store/sessions.ts';
import { publicKeys } from '../store/signing-keys.ts';

/** Sessions that may be asked about at once. */
const MAX_SESSIONS = 500;

/** What the gateway asks to decide who a request comes from. */
export const verificationQueries = (
  db: Database,
): Required<Pick<QueryResolvers, 'principal' | 'principals' | 'verificationKeys'>> => ({
  principal: async (_parent, { sessionId }) =>
    isId(sessionId) ? ((await findPrincipals(db, [sessionId]))[0] ?? null) : null,
  principals: async (_parent, { sessionIds }) => {
    if (sessionIds.length > MAX_SESSIONS) {
      throw new StudioError('BAD_USER_INPUT', `sessionIds are at most ${MAX_SESSIONS}.`, { argument: 'sessionIds' });
    }
    const found = await findPrincipals(db, sessionIds.filter(isId));
    const bySession = new Map(found.map((principal) => [principal.sessionId, principal]));
    return sessionIds.map((id) => bySession.get(id) ?? null);
  },
  verificationKeys: async () =>
    (await publicKeys(db)).map(({ kid, publicJwk }) => ({ kid, jwk: JSON.stringify(publicJwk) })),
});
