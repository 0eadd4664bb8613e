import type { Output } from '../engine.ts';

/** So much may wait for the reader before the program waits. */
const HELD_BYTES = 256 * 1024;

export interface OutputQueue {
  readonly output: AsyncIterable<Output>;
  /** Resolves when there is room for more. */
  readonly push: (output: Output) => Promise<void>;
  /** What was pushed is still delivered. */
  readonly end: () => void;
  /** After the end, when the reader, if there is one, has all of it. */
  readonly delivered: Promise<void>;
}

/** Hands output from whoever reads a machine to the one reader of an execution. */
export const createOutputQueue = (): OutputQueue => {
  const waiting: Output[] = [];
  let held = 0;
  let isEnded = false;
  let isRead = false;
  const delivered = Promise.withResolvers<void>();
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };

  const mustWait = (): boolean => held > HELD_BYTES && !isEnded;

  async function* read(): AsyncGenerator<Output, void> {
    try {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) {
          held -= next.bytes.length;
          change();
          yield next;
        } else if (isEnded) return;
        else await changed.promise;
      }
    } finally {
      // A reader that turned away: what comes is dropped, and the program goes on.
      isEnded = true;
      waiting.length = 0;
      held = 0;
      change();
      delivered.resolve();
    }
  }

  return {
    output: {
      [Symbol.asyncIterator]: () => {
        isRead = true;
        return read();
      },
    },
    push: async (output) => {
      if (isEnded || output.bytes.length === 0) return;
      waiting.push(output);
      held += output.bytes.length;
      change();
      while (mustWait()) await changed.promise;
    },
    end: () => {
      isEnded = true;
      change();
      if (!isRead) delivered.resolve();
    },
    delivered: delivered.promise,
  };
};
