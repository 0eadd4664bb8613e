import type { Role } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Accounts, Principal } from './principal.ts';

/** With the answer's own time, what has lost its session ends well within a second. */
const INTERVAL_MS = 250;
/** Sessions of one question; the users service takes as many. */
const BATCH = 500;
/** An answer that takes longer is asked for anew. */
const PATIENCE_MS = 2_000;

/**
 * Calls `end`, once, soon after the session of a stream is no longer in force or its user's role is another one.
 * @returns forgets about it
 */
export type WatchSession = (principal: Pick<Principal, 'sessionId' | 'role'>, end: () => void) => () => void;

interface Stream {
  readonly role: Role;
  readonly end: () => void;
}

/**
 * Watches the sessions of open streams, however many streams each has: while there are any, the users service is asked
 * about all of them again and again, one question at a time. It is asked and does not tell, so that an account changed
 * through another replica counts alike. While it does not answer, streams go on until their token ends.
 */
export const watchSessions = (
  accounts: Pick<Accounts, 'roles'>,
  log: Log,
  intervalMs: number = INTERVAL_MS,
): WatchSession => {
  const sessions = new Map<string, Set<Stream>>();
  let watching = false;
  let unanswered = false;

  const forget = (sessionId: string, stream: Stream): void => {
    const streams = sessions.get(sessionId);
    streams?.delete(stream);
    if (streams?.size === 0) sessions.delete(sessionId);
  };

  const check = async (ids: readonly string[]): Promise<void> => {
    // Only these: a stream that is opened while the answer is on its way may know of a later role than the answer does.
    const asked = ids.map((id) => ({ id, streams: [...(sessions.get(id) ?? [])] }));
    const roles = await accounts.roles(ids, AbortSignal.timeout(PATIENCE_MS));
    for (const { id, streams } of asked) {
      for (const stream of streams) {
        if (roles.get(id) === stream.role || sessions.get(id)?.has(stream) !== true) continue;
        forget(id, stream);
        stream.end();
      }
    }
  };

  const round = async (): Promise<void> => {
    try {
      const ids = [...sessions.keys()];
      for (let at = 0; at < ids.length; at += BATCH) await check(ids.slice(at, at + BATCH));
      unanswered = false;
    } catch (error) {
      if (!unanswered) log.warn({ error }, 'the users service does not say whether open streams may go on');
      unanswered = true;
    }
    watching = false;
    schedule();
  };

  const schedule = (): void => {
    if (watching || sessions.size === 0) return;
    watching = true;
    setTimeout(() => void round(), intervalMs).unref();
  };

  return ({ sessionId, role }, end) => {
    const stream = { role, end };
    const streams = sessions.get(sessionId) ?? new Set();
    sessions.set(sessionId, streams.add(stream));
    schedule();
    return () => forget(sessionId, stream);
  };
};
