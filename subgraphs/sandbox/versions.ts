import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';

/** The version of a content: its SHA-256 in hexadecimal. */
export const versionOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Remembers the versions of files as long as nobody has touched them, so that a listing need not read them all. */
export interface Versions {
  recall(stat: BigIntStats): string | undefined;
  remember(stat: BigIntStats, version: string): void;
}

/** Changes whenever a file is written: every write makes a new inode. */
const identityOf = (stat: BigIntStats): string =>
  `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;

/** @param most how many files to remember; the longest unused are forgotten first */
export const createVersions = (most: number): Versions => {
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  const known = new Map<string, string>();
  const remember = (identity: string, version: string): void => {
    known.delete(identity);
    known.set(identity, version);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
  };
  return {
    recall: (stat) => {
      const identity = identityOf(stat);
      const version = known.get(identity);
      if (version !== undefined) remember(identity, version);
      return version;
    },
    remember: (stat, version) => remember(identityOf(stat), version),
  };
};
