import { writeSync } from 'node:fs';

/** The descriptors of the host that are the program's. */
export const STDOUT = 1;
export const STDERR = 2;

const MAX_PROBLEM = 500;

/** Waits for the service when it does not read: the program waits as well. */
export const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
};

/** Says to the program's user, as a command line would, why it did not run or what it died of. */
export const complain = (name: string, problem: string): void =>
  writeAll(STDERR, Buffer.from(`${name}: ${problem.replaceAll(/\s+/gu, ' ').trim().slice(0, MAX_PROBLEM)}\n`));
