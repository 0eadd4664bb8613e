/** Somebody who reads a terminal. */
export interface Reader {
  /** Whatever lies before this offset has arrived. */
  readonly after: number;
}

/**
 * Who reads a terminal, and how far its program may be ahead of them. A connection that breaks takes with it what was on
 * its way: only the offset with which somebody comes again says what has arrived.
 */
export interface Readers {
  readonly isRead: boolean;
  /** When the last one left; when the terminal was opened, where nobody has read it yet. */
  readonly leftAt: number;
  add(after: number): Reader;
  remove(reader: Reader): void;
  /** The offset from which on the bytes are still needed. */
  needed(): number;
}

export const createReaders = (now: () => number): Readers => {
  const present = new Set<Reader>();
  let leftAt = now();
  let lastAfter = 0;
  return {
    get isRead() {
      return present.size > 0;
    },
    get leftAt() {
      return leftAt;
    },
    add: (after) => {
      const reader = { after };
      present.add(reader);
      return reader;
    },
    remove: (reader) => {
      if (!present.delete(reader)) return;
      leftAt = now();
      lastAfter = reader.after;
    },
    // Of several the foremost counts: the others keep nobody waiting, and are told what they have lost.
    needed: () => (present.size === 0 ? lastAfter : Math.max(...[...present].map(({ after }) => after))),
  };
};
