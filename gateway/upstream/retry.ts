import { setTimeout as sleep } from 'node:timers/promises';
import { TransportFailure } from './transport.ts';

/** How long a subgraph may be away, as while it restarts, before its callers are told. */
export const PATIENCE_MS = 8_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Repeats an attempt that found nobody listening: nothing was sent, so nothing can happen twice. Pauses grow and are
 * spread at random, lest all callers come back at the same moment.
 * @param repeatable one more attempt is allowed after a connection that broke
 * @param patienceMs no further attempt begins after this time
 */
export const withRetries = async <T>(
  attempt: () => Promise<T>,
  repeatable: boolean,
  signal: AbortSignal,
  patienceMs: number = PATIENCE_MS,
  now: () => number = Date.now,
): Promise<T> => {
  const end = now() + patienceMs;
  let broken = false;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransportFailure) || (error.kind !== 'broken' && error.kind !== 'unreachable'))
        throw error;
      if (error.kind === 'broken') {
        if (!repeatable || broken) throw error;
        broken = true;
      } else {
        const wait = pause * (0.5 + Math.random() / 2);
        if (now() + wait > end) throw error;
        await sleep(wait, undefined, { signal });
      }
    }
  }
};
