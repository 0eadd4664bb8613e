import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { standingOf, type Accounts, type Principal } from './principal.ts';

/** With the answer's own time, what has lost its session ends well within a second. */
const INTERVAL_MS = 250;
/** Sessions and keys of one question; the users service takes as many. */
const BATCH = 500;
/** An answer that takes longer is asked for anew. */
const PATIENCE_MS = 2_000;
/** So long may a stream go on of which nobody can say whether it may. */
const UNCONFIRMED_MS = 60_000;

/**
 * Calls `end`, once, soon after the session or key of what runs is no longer in force or may do something else: with
 * UNAUTHENTICATED, or FORBIDDEN; with SERVICE_UNAVAILABLE after a minute in which nobody could say.
 * @returns forgets about it
 */
export type WatchSession = (
  principal: Pick<Principal, 'credential' | 'role' | 'scopes'>,
  end: (why: StudioError) => void,
) => () => void;

interface Stream {
  readonly standing: string;
  readonly end: (why: StudioError) => void;
  /** When it was last known to be in force, in milliseconds of `performance`. */
  confirmedAt: number;
}

/** Why something ends whose credential stands for this now. */
const whyEnded = (standing: string | undefined): StudioError =>
  standing === undefined
    ? new StudioError('UNAUTHENTICATED', 'The session or key has ended.')
    : new StudioError('FORBIDDEN', 'Your rights have changed meanwhile: ask again.');

/**
 * Watches the sessions and keys of what runs, streams or long answers, however many each has: while there are any, the
 * users service is asked about all of them again and again, one question at a time. It is asked and does not tell, so
 * that an account changed through another replica counts alike. While it does not answer, streams go on for a minute, or
 * until their token ends.
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
    const asking = performance.now();
    const asked = ids.map((id) => ({ id, streams: [...(sessions.get(id) ?? [])] }));
    const standings = await accounts.standings(ids, AbortSignal.timeout(PATIENCE_MS));
    for (const { id, streams } of asked) {
      for (const stream of streams) {
        const standing = standings.get(id);
        if (sessions.get(id)?.has(stream) !== true) continue;
        if (standing === stream.standing) {
          stream.confirmedAt = asking;
          continue;
        }
        forget(id, stream);
        stream.end(whyEnded(standing));
      }
    }
  };

  const endUnconfirmed = (ids: readonly string[]): void => {
    const now = performance.now();
    for (const id of ids) {
      for (const stream of sessions.get(id) ?? []) {
        if (now - stream.confirmedAt < UNCONFIRMED_MS) continue;
        forget(id, stream);
        stream.end(new StudioError('SERVICE_UNAVAILABLE', 'Nobody can say whether you are still signed in.'));
      }
    }
  };

  const round = async (): Promise<void> => {
    const ids = [...sessions.keys()];
    let answered = true;
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      // One that is not answered keeps no other from being asked.
      try {
        await check(batch);
      } catch (error) {
        if (!unanswered) log.warn({ error }, 'the users service does not say whether open streams may go on');
        unanswered = true;
        answered = false;
        endUnconfirmed(batch);
      }
    }
    if (answered) unanswered = false;
    watching = false;
    schedule();
  };

  const schedule = (): void => {
    if (watching || sessions.size === 0) return;
    watching = true;
    setTimeout(() => void round(), intervalMs).unref();
  };

  return ({ credential: { id }, ...rest }, end) => {
    const stream = { standing: standingOf(rest), end, confirmedAt: performance.now() };
    const streams = sessions.get(id) ?? new Set();
    sessions.set(id, streams.add(stream));
    schedule();
    return () => forget(id, stream);
  };
};
