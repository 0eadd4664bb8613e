import { abortable } from './abortable.ts';

/**
 * Turns a generator into an iterator that ends at once. A plain generator's `return()` waits for a pending `next()`;
 * this one aborts the signal that the generator was made with, so that it stops working while its reader is gone
 * already. The generator's `finally` always runs.
 * @param make the generator; it must end soon after its signal aborts
 * @param outer ends the iterator as well
 * @param onLateError told what the generator throws when nobody waits for it any more
 * @param patienceMs how long a reader may leave the iterator untouched before it is ended
 */
export const endable = <T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer: AbortSignal,
  onLateError: (error: unknown) => void,
  patienceMs?: number,
): AsyncIterableIterator<T, undefined, undefined> => {
  const controller = new AbortController();
  const signal = AbortSignal.any([outer, controller.signal]);
  const source = make(signal);
  const done = { done: true, value: undefined } as const;
  let patience: NodeJS.Timeout | undefined;

  const finish = (): void => {
    clearTimeout(patience);
    source.return().catch(onLateError);
  };
  if (signal.aborted) finish();
  else signal.addEventListener('abort', finish, { once: true });

  const iterator: AsyncIterableIterator<T, undefined, undefined> = {
    next: async () => {
      clearTimeout(patience);
      try {
        const { done: ended, value } = await abortable(source.next(), signal);
        if (ended) return done;
        if (patienceMs !== undefined) patience = setTimeout(() => controller.abort(), patienceMs).unref();
        return { done: false, value };
      } catch (error) {
        if (signal.aborted) return done;
        throw error;
      }
    },
    return: () => {
      controller.abort();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
