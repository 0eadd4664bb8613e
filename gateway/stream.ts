interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/**
 * A stream whose `return` takes effect at once, even while a `next` is waiting. An async generator alone would first
 * wait for the event that it is waiting for itself, and a cancelled chat would go on until its next token.
 * @param source gives the events, one at a time and only when asked
 * @param end frees the source; called once, whatever ended the stream
 */
export const endable = <T>(source: AsyncIterator<T>, end: () => void): AsyncGenerator<T, undefined> => {
  const done = { done: true, value: undefined } as const;
  const waiting = new Set<() => void>();
  let over = false;

  const finish = (): void => {
    if (over) return;
    over = true;
    for (const release of waiting) release();
    waiting.clear();
    end();
  };

  /** Settles one `next`, unless the stream has ended before its source answered. */
  const pull = async (settle: Settle<IteratorResult<T, undefined>>, release: () => void): Promise<void> => {
    try {
      const result = await source.next();
      waiting.delete(release);
      if (over) return;
      if (result.done === true) {
        release();
        finish();
      } else settle.resolve(result);
    } catch (error) {
      waiting.delete(release);
      if (over) return;
      finish();
      settle.reject(error);
    }
  };

  return {
    next: () => {
      if (over) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        const release = (): void => resolve(done);
        waiting.add(release);
        void pull({ resolve, reject }, release);
      });
    },
    return: () => {
      finish();
      return Promise.resolve(done);
    },
    throw: (error: unknown) => {
      finish();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => {
      finish();
      return Promise.resolve();
    },
  };
};

/**
 * The same stream, which tells once that it is over: at its end, when its reader leaves it, or when the signal aborts,
 * after which nobody may ask it any more.
 */
export const ending = <T>(
  stream: AsyncIterable<T>,
  signal: AbortSignal,
  tell: () => void,
): AsyncGenerator<T, undefined> => {
  const source = stream[Symbol.asyncIterator]();
  let told = false;
  const end = (): void => {
    if (told) return;
    told = true;
    signal.removeEventListener('abort', end);
    tell();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
  return endable(source, () => {
    end();
    void source.return?.();
  });
};
