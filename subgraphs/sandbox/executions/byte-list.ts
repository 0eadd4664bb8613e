/** Bytes that come in pieces: those of a program that writes one at a time take no more memory than others. */
export interface ByteList {
  add(bytes: Buffer): void;
  all(): readonly Buffer[];
}

const BLOCK_BYTES = 16_384;

export const createByteList = (): ByteList => {
  const done: Buffer[] = [];
  let block = Buffer.alloc(0);
  let used = 0;
  const close = (): void => {
    if (used > 0) done.push(block.subarray(0, used));
    block = Buffer.alloc(0);
    used = 0;
  };
  return {
    add: (bytes) => {
      if (bytes.length >= BLOCK_BYTES) {
        close();
        done.push(bytes);
        return;
      }
      if (bytes.length > block.length - used) {
        close();
        block = Buffer.alloc(BLOCK_BYTES);
      }
      used += bytes.copy(block, used);
    },
    all: () => (used > 0 ? [...done, block.subarray(0, used)] : done),
  };
};
