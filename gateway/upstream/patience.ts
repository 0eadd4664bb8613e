import { PATIENCE_MS, withRetries } from './retry.ts';
import { TransportFailure } from './transport.ts';

/** While a subgraph is away, how often somebody tries whether it is back. */
const PROBE_MS = 1_000;
/** For how long after the last try it is taken to be away. */
const MEMORY_MS = 10_000;

/**
 * - `patiently`: again and again, as long as a restart takes
 * - `once`: only to see whether it is back
 * - `not at all`: others have just waited in vain
 */
export type Effort = 'patiently' | 'once' | 'not at all';

/**
 * Decides how much a request tries.
 * @param awayAt when a subgraph that has been waited for in vain was last seen to be away, ms; undefined when it was not
 */
export const decideEffort = (awayAt: number | undefined, now: number): Effort => {
  if (awayAt === undefined || now - awayAt > MEMORY_MS) return 'patiently';
  return now - awayAt < PROBE_MS ? 'not at all' : 'once';
};

/** The patience that all requests to one subgraph share: the first ones wait for it, those after them need not. */
export class Patience {
  #awayAt: number | undefined;

  /** Like `withRetries`. @throws TransportFailure `unreachable` at once while the subgraph is known to be away */
  async try<T>(attempt: () => Promise<T>, repeatable: boolean, signal: AbortSignal, now = Date.now): Promise<T> {
    const effort = decideEffort(this.#awayAt, now());
    if (effort === 'not at all') throw new TransportFailure('unreachable');
    if (effort === 'once') this.#awayAt = now();
    try {
      const answer = await withRetries(attempt, repeatable, signal, effort === 'once' ? 0 : PATIENCE_MS, now);
      this.#awayAt = undefined;
      return answer;
    } catch (error) {
      if (error instanceof TransportFailure) this.#awayAt = error.kind === 'unreachable' ? now() : undefined;
      throw error;
    }
  }
}
