import { setTimeout as wait } from 'node:timers/promises';

/**
 * Gathers what comes close together: of the first the reader is told at once, later at most `most` come together, or
 * what has come in so many milliseconds. Nothing is asked of the source that no batch has room for.
 */
export const inBatches = async function* <T>(
  source: AsyncIterable<T>,
  most: number,
  ms: number,
): AsyncGenerator<readonly T[], void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<T>> | undefined;
  const next = (): Promise<IteratorResult<T>> => {
    pending ??= iterator.next();
    // It may fail while its reader is busy with the batch before; the next `await` is told.
    pending.catch(() => {});
    return pending;
  };
  const take = (result: IteratorResult<T>): IteratorResult<T> => {
    pending = undefined;
    return result;
  };
  let room = 1;
  try {
    for (;;) {
      const first = take(await next());
      if (first.done === true) return;
      const batch = [first.value];
      const over = new AbortController();
      const late = wait(ms, undefined, { signal: over.signal }).catch(() => {});
      while (batch.length < room) {
        // A failure stays pending, until the batch before it was taken.
        const result = await Promise.race([next(), late]).catch(() => undefined);
        if (result === undefined) break;
        if (take(result).done === true) {
          over.abort();
          yield batch;
          return;
        }
        batch.push(result.value);
      }
      over.abort();
      room = most;
      yield batch;
    }
  } finally {
    // Not waited for: what the source is waiting for may never come.
    void iterator.return?.().catch(() => {});
  }
};
