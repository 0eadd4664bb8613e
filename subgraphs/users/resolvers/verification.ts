import type { QueryResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { isId } from '../input.ts';
import { findPrincipals, noteKeyUse, principalOfKey, principalOfSession } from '../store/principals.ts';
import { publicKeys } from '../store/signing-keys.ts';

/** Credentials that may be asked about at once. */
const MAX_CREDENTIALS = 500;

const SHA_256 = /^[0-9a-f]{64}$/;

/** What the gateway asks to decide who a request comes from. */
export const verificationQueries = (
  db: Database,
): Required<Pick<QueryResolvers, 'principal' | 'principals' | 'verificationKeys'>> => ({
  principal: async (_parent, { sessionId, keyHash }, { log }) => {
    if (typeof sessionId === 'string') return isId(sessionId) ? principalOfSession(db, sessionId) : null;
    if (typeof keyHash !== 'string' || !SHA_256.test(keyHash)) return null;
    const principal = await principalOfKey(db, Buffer.from(keyHash, 'hex'));
    if (principal) {
      // A note that cannot be written is no reason to keep the caller waiting or out.
      noteKeyUse(db, principal.credentialId).catch((error: unknown) =>
        log.warn({ error }, 'the use of a key was not noted'),
      );
    }
    return principal;
  },
  principals: async (_parent, { credentialIds }) => {
    if (credentialIds.length > MAX_CREDENTIALS) {
      throw new StudioError('BAD_USER_INPUT', `credentialIds are at most ${MAX_CREDENTIALS}.`, {
        argument: 'credentialIds',
      });
    }
    const found = await findPrincipals(db, credentialIds.filter(isId));
    const byId = new Map(found.map((principal) => [principal.credentialId, principal]));
    return credentialIds.map((id) => byId.get(id) ?? null);
  },
  verificationKeys: async () =>
    (await publicKeys(db)).map(({ kid, publicJwk }) => ({ kid, jwk: JSON.stringify(publicJwk) })),
});
