/** A text that grows. Readers learn of it once per frame, however often it grows in between. */
export interface StreamText {
  /** The text that readers know. */
  get(): string;
  subscribe(listener: () => void): () => void;
  push(text: string): void;
  /** Tells readers at once; for the end, which must not wait for a frame that a hidden tab never draws. */
  flush(): void;
}

/**
 * Makes a text that tells its readers at most once per frame.
 * @param schedule calls back in the next frame
 */
export const createStreamText = (
  initial = '',
  schedule: (callback: () => void) => void = (callback) => requestAnimationFrame(callback),
): StreamText => {
  let known = initial;
  let written = initial;
  let waiting = false;
  const readers = new Set<() => void>();
  const flush = (): void => {
    waiting = false;
    if (known === written) return;
    known = written;
    for (const reader of readers) reader();
  };
  return {
    get: () => known,
    subscribe: (listener) => {
      readers.add(listener);
      return () => readers.delete(listener);
    },
    push: (text) => {
      written += text;
      if (waiting) return;
      waiting = true;
      schedule(flush);
    },
    flush,
  };
};
