import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { AccessTokens } from './access-tokens.ts';
import { recordAudit, signedInAs, type Actor } from './audit.ts';
import type { Authenticated } from './accounts.ts';
import type { SessionMapper, UserMapper } from './mappers.ts';
import { hashOf, isRefreshToken, newRefreshToken, successorOf } from './refresh-tokens.ts';
import { accountsById } from './store/accounts.ts';
import { insertSession, revokeSessionOf, revokeSessionsOf, rotateRefreshToken } from './store/sessions.ts';

const DAY_SECONDS = 86_400;
/** A session ends when nobody has refreshed it for so long. */
const REFRESH_LIFETIME_SECONDS = 30 * DAY_SECONDS;
/** It ends so long after the sign-in, whoever refreshes it: what was stolen without a trace is not good for ever. */
const LONGEST_SECONDS = 90 * DAY_SECONDS;
/** How long a spent refresh token may be presented again: for tabs that refresh at once and answers that got lost. */
const REFRESH_GRACE_SECONDS = 10;

export interface Sessions {
  /** Throws UNAUTHENTICATED when the account or its password is another than the one that was shown. */
  open(authenticated: Authenticated, actor: Actor, client: Client, via?: 'oidc'): Promise<SessionMapper>;
  /** Throws UNAUTHENTICATED for a token that is not in force; one that was spent before ends its session. */
  refresh(refreshToken: string, log: Log, actor: Actor): Promise<SessionMapper>;
  end(session: { readonly userId: string; readonly sessionId: string }, actor: Actor): Promise<void>;
  /** Ends every session of a user. */
  endAll(userId: string, actor: Actor): Promise<void>;
}

const REFUSED = 'The refresh token is not in force: sign in again.';

/** @param refreshKey the key of purpose `refresh-tokens` */
export const createSessions = (db: Database, accessTokens: AccessTokens, refreshKey: Buffer): Sessions => {
  const answer = async (id: string, user: UserMapper, refreshToken: string): Promise<SessionMapper> => {
    const { token, expiresAt } = await accessTokens.issue({ id, user });
    return { accessToken: token, refreshToken, expiresAt, user };
  };

  return {
    open: async ({ user, passwordHash }, actor, client, via) => {
      const refreshToken = newRefreshToken();
      const id = await db.transaction(async (transaction) => {
        const opened = await insertSession(transaction, {
          userId: user.id,
          passwordHash,
          tokenHash: hashOf(refreshToken),
          lifetimeSeconds: REFRESH_LIFETIME_SECONDS,
          client,
        });
        if (opened !== null) {
          const details = via === undefined ? {} : { via };
          const event = { action: 'sign-in.succeeded', targetKind: 'user', targetId: user.id, details };
          await recordAudit(transaction, signedInAs(actor, user.id, opened), event);
        }
        return opened;
      });
      if (id === null) throw new StudioError('UNAUTHENTICATED', 'The account has changed meanwhile: sign in again.');
      return answer(id, user, refreshToken);
    },

    refresh: async (refreshToken, log, actor) => {
      if (!isRefreshToken(refreshToken)) throw new StudioError('UNAUTHENTICATED', REFUSED);
      const successor = successorOf(refreshKey, refreshToken);
      const rotation = await db.transaction(async (transaction) => {
        const rotated = await rotateRefreshToken(transaction, {
          spent: hashOf(refreshToken),
          next: hashOf(successor),
          lifetimeSeconds: REFRESH_LIFETIME_SECONDS,
          graceSeconds: REFRESH_GRACE_SECONDS,
          longestSeconds: LONGEST_SECONDS,
        });
        if (rotated.outcome === 'reused') {
          const target = { targetKind: 'user', targetId: rotated.userId };
          const details = { sessionId: rotated.sessionId };
          await recordAudit(transaction, actor, { action: 'refresh-token.reused', ...target, details });
        }
        return rotated;
      });
      if (rotation.outcome === 'reused') {
        log.warn(
          { userId: rotation.userId, sessionId: rotation.sessionId },
          'a spent refresh token was used again, so its session has ended',
        );
      }
      if (rotation.outcome !== 'rotated' && rotation.outcome !== 'raced')
        throw new StudioError('UNAUTHENTICATED', REFUSED);
      const user = (await accountsById(db, [rotation.userId])).get(rotation.userId);
      if (!user) throw new StudioError('UNAUTHENTICATED', REFUSED);
      return answer(rotation.sessionId, user, successor);
    },

    end: ({ userId, sessionId }, actor) =>
      db.transaction(async (transaction) => {
        if ((await revokeSessionOf(transaction, sessionId, userId)) === null) return;
        const event = { action: 'session.ended', targetKind: 'user', targetId: userId, details: { sessionId } };
        await recordAudit(transaction, actor, event);
      }),
    endAll: (userId, actor) =>
      db.transaction(async (transaction) => {
        await revokeSessionsOf(transaction, userId, 'logout');
        await recordAudit(transaction, actor, { action: 'sessions.ended', targetKind: 'user', targetId: userId });
      }),
  };
};
