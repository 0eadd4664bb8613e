/** The newest bytes of a stream whose bytes are numbered from 0 on. */
export interface Ring {
  /** The offset of the next byte: how many there were in all. */
  readonly end: number;
  /** Adds bytes; the oldest are forgotten. */
  write(bytes: Uint8Array): void;
  /**
   * Bytes from an offset on, at most so many. `lost` are those in between that are forgotten: what is read begins at
   * `offset` + `lost`.
   */
  read(offset: number, most: number): { readonly lost: number; readonly bytes: Buffer };
}

/** @param capacity in bytes; memory is taken as it is needed, up to this */
export const createRing = (capacity: number): Ring => {
  let memory = Buffer.alloc(Math.min(capacity, 4_096));
  let end = 0;

  const grow = (needed: number): void => {
    if (needed <= memory.length || memory.length === capacity) return;
    const larger = Buffer.alloc(Math.min(capacity, Math.max(needed, memory.length * 2)));
    // Nothing has been overwritten yet: the beginning of the stream is the beginning of the memory.
    memory.copy(larger, 0, 0, end);
    memory = larger;
  };

  return {
    get end() {
      return end;
    },
    write: (bytes) => {
      grow(end + bytes.length);
      const kept = bytes.subarray(Math.max(0, bytes.length - memory.length));
      const at = (end + bytes.length - kept.length) % memory.length;
      const first = kept.subarray(0, memory.length - at);
      memory.set(first, at);
      memory.set(kept.subarray(first.length), 0);
      end += bytes.length;
    },
    read: (offset, most) => {
      const start = Math.max(offset, end - memory.length, 0);
      const length = Math.max(0, Math.min(most, end - start));
      const at = start % memory.length;
      const first = memory.subarray(at, Math.min(at + length, memory.length));
      return {
        lost: start - offset,
        bytes: Buffer.concat([first, memory.subarray(0, length - first.length)]),
      };
    },
  };
};
