import { constants, type Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { parseFilePath } from '../../files/file-path.ts';
import type { JobFile } from '../engine.ts';
import { createMatcher } from '../patterns.ts';

const MAX_FILES = 200;
const MAX_FILE_BYTES = 5 * 1024 ** 2;
const MAX_BYTES = 20 * 1024 ** 2;
/** Entries that are looked at. */
const MAX_ENTRIES = 20_000;

/** After so many entries others have their turn in this process. */
const ENTRIES_IN_A_ROW = 100;

/** A link is not followed, a pipe not waited for. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Collected {
  readonly files: readonly JobFile[];
  /** One sentence about what was left out; null when nothing was. */
  readonly message: string | null;
}

/** The bytes of a plain file; null for anything else and for more than may be. */
const readPlain = async (path: string, most: number): Promise<Buffer | null> => {
  const handle = await open(path, FILE);
  try {
    const status = await handle.stat();
    if (!status.isFile() || status.size > most) return null;
    const bytes = Buffer.alloc(status.size);
    const { bytesRead } = await handle.read(bytes, 0, status.size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

/**
 * Brings back the files that a program has left. Every name and every byte is the program's, and it may have put
 * links, pipes and a million of names there; but it is dead, so nothing changes between two steps.
 * @param folder the working folder, in which no process is left
 */
export const collectFiles = async (folder: string, patterns: readonly string[]): Promise<Collected> => {
  const isWanted = createMatcher(patterns);
  const files: JobFile[] = [];
  let leftOut = 0;
  let bytes = 0;
  let entries = 0;

  const take = async (path: string): Promise<void> => {
    if (!isWanted(path)) return;
    if (files.length === MAX_FILES || parseFilePath(path).outcome === 'refused') {
      leftOut++;
      return;
    }
    // What the program has closed to its own user cannot be read by a service of the same one.
    const content = await readPlain(`${folder}/${path}`, Math.min(MAX_FILE_BYTES, MAX_BYTES - bytes)).catch(() => null);
    if (content === null) leftOut++;
    else {
      bytes += content.length;
      files.push({ path, bytes: content });
    }
  };
  const walk = async (inner: string): Promise<void> => {
    let list: Dirent[];
    try {
      list = await readdir(`${folder}/${inner}`, { withFileTypes: true });
    } catch {
      leftOut++;
      return;
    }
    for (const entry of list.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (++entries > MAX_ENTRIES) {
        leftOut++;
        return;
      }
      if (entries % ENTRIES_IN_A_ROW === 0) await setImmediate();
      const path = `${inner}${entry.name}`;
      if (entry.isFile()) await take(path);
      // Deeper than a path may be there is nothing to bring back.
      else if (entry.isDirectory() && path.length < 512) await walk(`${path}/`);
    }
  };
  if (patterns.length > 0) await walk('');
  const most = `at most ${MAX_FILES} plain files, ${MAX_FILE_BYTES} bytes each and ${MAX_BYTES} in all, are brought back`;
  return { files, message: leftOut === 0 ? null : `${leftOut} files were left out: ${most}.` };
};
