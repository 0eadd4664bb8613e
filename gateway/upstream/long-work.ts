import type { SubgraphName } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { Tally } from '../rates/tally.ts';
import type { Call } from './upstream.ts';

const SECOND = 1_000;
/** How long a whole answer may take, or the headers of a stream, in milliseconds. */
const PATIENCE_MS = 30 * SECOND;
/** Loading a model, writing a long answer on a slow machine or running a program takes minutes. */
const LONG_PATIENCE_MS = 600 * SECOND;
/** Long pieces of work that one user has under way, streams apart. */
export const MAX_LONG_WORK = 32;
/** When to look again whether a place is free: nobody knows how long one's own answers take. */
const RETRY_SECONDS = 5;

/** Whether an answer may take minutes: a model works for it, or a program is run. */
export const isLong = (service: SubgraphName, { kind, fields }: Pick<Call, 'kind' | 'fields'>): boolean =>
  kind === 'mutation' && (service === 'models' || (service === 'sandbox' && fields.includes('execute')));

/** In milliseconds. */
export const patienceOf = (service: SubgraphName, call: Pick<Call, 'kind' | 'fields'>): number =>
  isLong(service, call) ? LONG_PATIENCE_MS : PATIENCE_MS;

/** The long work that is under way at one subgraph: nobody has so much of it that none is left for the others. */
export class LongWork {
  readonly #underWay = new Tally();

  /**
   * @returns takes it off again
   * @throws StudioError RATE_LIMITED when its user has too much under way
   */
  begin({ identity }: Pick<Call, 'identity'>): () => void {
    const user = identity.caller?.userId ?? '';
    if (this.#underWay.of(user) >= MAX_LONG_WORK) {
      const sentence = `No more than ${MAX_LONG_WORK} long answers may be under way: wait for one, or take them as streams.`;
      throw new StudioError('RATE_LIMITED', sentence, { retryAfterSeconds: RETRY_SECONDS });
    }
    return this.#underWay.add(user);
  }
}
