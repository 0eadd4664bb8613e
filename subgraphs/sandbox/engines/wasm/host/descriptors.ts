import { closeSync, fstatSync, openSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';

const isOpen = (fd: number): boolean => {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
};

/** All descriptors of this process. */
const openDescriptors = (): readonly number[] =>
  // Among the names is that of the descriptor which they were read by.
  readdirSync('/proc/self/fd').map(Number).filter(isOpen);

/** Remembers which descriptors are open. What it answers closes all that were opened since. */
export const rememberDescriptors = (): (() => void) => {
  const kept = new Set(openDescriptors());
  // Without one to spare, the list could not be read where a program has taken all.
  const spare = openSync('/dev/null', 'r');
  return () => {
    closeSync(spare);
    for (const fd of openDescriptors()) if (!kept.has(fd)) closeSync(fd);
  };
};

/** One more descriptor for what a descriptor writes to, which can be closed by itself. */
export const reopen = (fd: number): number => openSync(`/proc/self/fd/${fd}`, 'w');

/** A descriptor that reads these bytes and has no name. */
export const readableFile = (bytes: Uint8Array): number => {
  const path = `/tmp/stdin-${process.pid}`;
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  unlinkSync(path);
  return fd;
};
