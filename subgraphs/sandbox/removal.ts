import { constants } from 'node:fs';
import { open, readdir, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { codeOf, inside } from './folder.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Names as bytes: what a program has made in a workspace need not be UTF-8. */
const at = (folder: FileHandle, name: Buffer): Buffer => Buffer.concat([Buffer.from(inside(folder, '')), name]);

/** Ignores that it is gone already. */
const unlessGone = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

/** Opens what is a folder itself; null for anything else, and for nothing. */
const openItself = async (path: Buffer): Promise<FileHandle | null> => {
  try {
    return await open(path, FOLDER);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
};

const remove = async (parent: FileHandle, name: Buffer): Promise<void> => {
  const path = at(parent, name);
  await using folder = await openItself(path);
  if (!folder) return unlessGone(unlink(path));
  for (const child of await readdir(Buffer.from(inside(folder, '')), { encoding: 'buffer' })) {
    await remove(folder, child);
  }
  await unlessGone(rmdir(path));
};

/**
 * Removes what has a name in an open folder, with all that is below it. Of a link the link itself goes, and never what
 * it leads to, even when it is put there meanwhile.
 */
export const removeFrom = (parent: FileHandle, name: string): Promise<void> => remove(parent, Buffer.from(name));
