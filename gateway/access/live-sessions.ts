import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { standingOf, type Accounts, type Principal } from './principal.ts';

/** With the answer's own time, what has lost its session ends well within a second. */
const INTERVAL_MS = 250;
/** Sessions and keys of one question; the users service takes as many. */
const BATCH = 500;
/** An answer that takes longer is asked for anew. */
const PATIENCE_MS = 2_000;

/**
 * Calls `end`, once, soon after the session or key of what runs is no longer in force or may do something else: with
 * UNAUTHENTICATED, or FORBIDDEN.
 * @returns forgets about it
 */
export type WatchSession = (
  principal: Pick<Principal, 'credential' | 'role' | 'scopes'>,
  end: (why: StudioError) => void,
) => () => void;

interface Stream {
  readonly standing: string;
  readonly end: (why: StudioError) => void;
}

/** Why something ends whose credential stands for this now. */
const whyEnded = (standing: string | undefined): StudioError =>
  standing === undefined
    ? new StudioError('UNAUTHENTICATED', 'The session or key has ended.')
    : new StudioError('FORBIDDEN', 'Your rights have changed meanwhile: ask again.');

/**
 * Watches the sessions and keys of what runs, streams or long answers, however many each has: while there are any, the
 * users service is asked about all of them again and again, one question at a time. It is asked and does not tell, so
 * that an account changed through another replica counts alike. While it does not answer, streams go on until their
 * token ends.
 */
export const watchSessions = (
  accounts: Pick<Accounts, 'standings'>,
  log: Log,
  intervalMs: number = INTERVAL_MS,
): WatchSession => {
  const sessions = new Map<string, Set<Stream>>();
  let watching = false;
  let unanswered = false;

  const forget = (id: string, stream: Stream): void => {
    const streams = sessions.get(id);
    streams?.delete(stream);
    if (streams?.size === 0) sessions.delete(id);
  };

  const check = async (ids: readonly string[]): Promise<void> => {
    // Only these: a stream that is opened while the answer is on its way may know of a later standing than the answer does.
    const asked = ids.map((id) => ({ id, streams: [...(sessions.get(id) ?? [])] }));
    const standings = await accounts.standings(ids, AbortSignal.timeout(PATIENCE_MS));
    for (const { id, streams } of asked) {
      for (const stream of streams) {
        const standing = standings.get(id);
        if (standing === stream.standing || sessions.get(id)?.has(stream) !== true) continue;
        forget(id, stream);
        stream.end(whyEnded(standing));
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

  return ({ credential: { id }, ...rest }, end) => {
    const stream = { standing: standingOf(rest), end };
    const streams = sessions.get(id) ?? new Set();
    sessions.set(id, streams.add(stream));
    schedule();
    return () => forget(id, stream);
  };
};
