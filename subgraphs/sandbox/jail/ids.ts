import { existsSync } from 'node:fs';
import { chmod, copyFile, link, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * The users that jails run as where the service is root: they own nothing. Root must not start them: inside, it would be
 * root of the host to the kernel wherever a file's owner decides. Each jail has the next one, since the kernel counts by
 * user, over all namespaces, what it lends: one program took all 128 watchers of files that a user may have, and the
 * room for pipes, and every other jail went without.
 */
const FIRST_UNPRIVILEGED = 20_001;
const UNPRIVILEGED = 4_096;

let jails = 0;

/** Of the process to be spawned. Empty for a service that is not root: its jails run as its own user. */
export type SpawnIds = { readonly uid: number; readonly gid: number } | Record<string, never>;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Those of the next jail. */
export const nextJailIds = (): SpawnIds => {
  if (!isRoot()) return {};
  const id = FIRST_UNPRIVILEGED + (jails++ % UNPRIVILEGED);
  return { uid: id, gid: id };
};

const OTHERS_MAY_READ = 0o4;
const OTHERS_MAY_ENTER = 0o1;

/** Whether every user can follow a path and read what lies there. */
export const isOpenToOthers = async (path: string): Promise<boolean> => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (folder === dirname(folder)) break;
  }
  return ((await stat(path)).mode & OTHERS_MAY_READ) !== 0;
};

/**
 * A path under which the jails' user can read a file: its own, or that of a second name (or copy) in a folder of ours
 * when it lies under one that is closed to others, such as /root.
 * @param folder reachable by the jails' user
 */
export const reachableFile = async (path: string, folder: string): Promise<string> => {
  if (!isRoot() || (await isOpenToOthers(path))) return path;
  const target = join(folder, basename(path));
  // Asked for once more: what runs from there cannot be written to.
  if (existsSync(target)) return target;
  const { mode } = await stat(path);
  // A second name shares the file's mode, which is not ours to change.
  const isLinked =
    (mode & OTHERS_MAY_READ) !== 0 &&
    (await link(path, target).then(
      () => true,
      () => false,
    ));
  if (!isLinked) {
    await copyFile(path, target);
    await chmod(target, 0o555);
  }
  return target;
};
