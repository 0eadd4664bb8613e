import { watch } from 'node:fs';
import type { Log } from '#mesh/log.ts';

/** An editor or a deployment writes a file in several steps; it is read when they are over. */
const SETTLE_MS = 100;

/**
 * Calls `changed` whenever a file of a folder is written or replaced: a replaced file is another inode, so the folder is
 * watched and not the file.
 * @param concerns whether a name of the folder is one that matters
 * @returns ends it
 */
export const watchFolder = (
  folder: string,
  concerns: (name: string) => boolean,
  log: Log,
  changed: () => void,
): (() => void) => {
  const notFollowed = (error: unknown): void =>
    log.warn({ error, folder }, 'changes of these files are not followed; a restart reads them anew');
  let timer: NodeJS.Timeout | undefined;
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name !== null && !concerns(name)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE_MS);
    });
    watcher.on('error', notFollowed);
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  } catch (error) {
    // The host allows no more watches, or the folder is missing.
    notFollowed(error);
    return () => undefined;
  }
};
