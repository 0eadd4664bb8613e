import { StudioError } from '#mesh/errors.ts';
import type { RequestContext } from '#mesh/subgraph.ts';
import { createWorkQueue } from './work-queue.ts';

/** Each holds some megabytes while it is read and written. */
const AT_ONCE = 2;
const WAITING = 32;

/**
 * Runs the read of a field that answers with megabytes: once a request, and few for all requests together.
 * @throws StudioError DOCUMENT_TOO_LARGE for the second one of a request, or OVERLOADED when too many wait
 */
export type HeavyReads = <T>(
  context: Pick<RequestContext, 'caller'>,
  field: string,
  read: () => Promise<T>,
) => Promise<T>;

export const createHeavyReads = (): HeavyReads => {
  const asked = new WeakMap<object, Set<string>>();
  const inTurn = createWorkQueue(AT_ONCE, WAITING);
  return async (context, field, read) => {
    const fields = asked.get(context) ?? new Set();
    if (fields.has(field)) throw new StudioError('DOCUMENT_TOO_LARGE', `One request reads ${field} once.`);
    asked.set(context, fields.add(field));
    return inTurn(read, context.caller?.userId);
  };
};
