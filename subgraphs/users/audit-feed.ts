import { abortable } from '#mesh/abortable.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds, type Rounds } from '#mesh/rounds.ts';
import { eventsBetween, settledId, type AuditRow, type AuditSelection } from './store/audit.ts';

/** How often the log is looked at while somebody listens. */
const PAUSE_MS = 250;
/** Events that are read ahead of a listener. */
const PAGE = 100;

/** Audit events as they happen. */
export interface AuditFeed {
  /**
   * Those of a selection, in the order of their ids, until the signal aborts. Each listener reads for itself, as fast
   * as it takes them; one that is slow holds a page and no more.
   * @param after the last id that the listener knows; from now on when null
   */
  follow(after: bigint | null, selection: AuditSelection, signal: AbortSignal): AsyncGenerator<AuditRow, void>;
  /** Ends every stream. */
  stop(): Promise<void>;
}

export const createAuditFeed = (db: Database, log: Log): AuditFeed => {
  const stopping = new AbortController();
  let listeners = 0;
  let rounds: Rounds | undefined;
  let known = 0n;
  let grown = Promise.withResolvers<void>();

  /** One look serves all listeners: it finds out how far the log is complete. */
  const look = async (): Promise<void> => {
    const settled = await settledId(db);
    if (settled <= known) return;
    known = settled;
    const previous = grown;
    grown = Promise.withResolvers();
    previous.resolve();
  };

  const enter = (): void => {
    listeners += 1;
    rounds ??= startRounds('the look at the audit log', look, { log, pauseMs: PAUSE_MS });
  };
  const leave = (): void => {
    listeners -= 1;
    if (listeners > 0) return;
    void rounds?.stop();
    rounds = undefined;
  };

  return {
    follow: async function* (after, selection, outer) {
      const signal = AbortSignal.any([outer, stopping.signal]);
      enter();
      try {
        let last = after ?? (await settledId(db));
        while (!signal.aborted) {
          while (known > last) {
            const upTo = known;
            const page = await eventsBetween(db, { after: last, upTo, limit: PAGE, selection });
            for (const event of page) {
              yield event;
              last = event.id;
            }
            if (page.length < PAGE) last = upTo;
          }
          // It rejects for nothing but the end.
          await abortable(grown.promise, signal).catch(() => undefined);
        }
      } finally {
        leave();
      }
    },
    stop: async () => {
      stopping.abort();
      await rounds?.stop();
    },
  };
};
