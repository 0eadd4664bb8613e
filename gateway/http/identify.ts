import type { IncomingMessage } from 'node:http';
import { shownBy } from '../access/credentials.ts';
import type { WatchSession } from '../access/live-sessions.ts';
import { endWithSession } from '../access/session-bound.ts';
import type { Authentication, Graph } from '../graph.ts';
import { rateError } from '../rates/decision.ts';
import type { Meter } from '../rates/meter.ts';

/** What deciding who asks takes. */
interface Entrance {
  readonly graph: Graph;
  readonly watch: WatchSession;
  readonly requestId: string;
  readonly meter: Meter;
}

/**
 * Finds out who asks: the credential of the headers, then whether that user has points left.
 * @param running ends with the session or key from now on
 */
export const identify = async (
  { headers }: IncomingMessage,
  running: AbortController,
  { graph, watch, requestId, meter }: Entrance,
): Promise<Authentication> => {
  const verdict = await graph.authenticate(shownBy(headers), requestId, running.signal);
  if (verdict.outcome === 'refused' || !verdict.principal) return verdict;
  const limited = rateError(await meter.identify(verdict.principal.userId));
  if (limited) return { outcome: 'refused', error: limited };
  endWithSession(running, verdict.principal, watch);
  return verdict;
};
