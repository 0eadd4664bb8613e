import { abortable } from '#mesh/abortable.ts';

/** Messages on their way from one sender to one reader, in order. The sender's protocol bounds how many there can be. */
export interface Mailbox<T> {
  put(message: T): void;
  /** Every later `take` throws this, once the messages before it were taken. */
  fail(error: Error): void;
  /**
   * Waits for the next message.
   * @throws the signal's reason, at once; what `fail` was given
   */
  take(signal: AbortSignal): Promise<T>;
}

export const createMailbox = <T>(): Mailbox<T> => {
  const messages: T[] = [];
  let failure: Error | undefined;
  let arrival = Promise.withResolvers<void>();

  return {
    put: (message) => {
      messages.push(message);
      arrival.resolve();
    },
    fail: (error) => {
      failure ??= error;
      arrival.resolve();
    },
    take: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const message = messages.shift();
        if (message !== undefined) return message;
        if (failure) throw failure;
        arrival = Promise.withResolvers<void>();
        await abortable(arrival.promise, signal);
      }
    },
  };
};
