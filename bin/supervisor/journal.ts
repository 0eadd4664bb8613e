import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A log file that grew to so much is put aside, in place of the one put aside before it. */
const LARGEST_BYTES = 10 * 1024 * 1024;

/** An open file of JSON lines, one per process under `DEVSTUDIO_HOME/logs`. */
export interface Journal {
  readonly path: string;
  /** Appends; a line break is added where the text has none. Written when it returns. */
  write(text: string): void;
  close(): void;
}

/**
 * Opens `<folder>/<name>.log`. It never grows beyond 10 MiB; what was before lies in `<name>.old.log`.
 * @throws Error when the file cannot be opened
 */
export const openJournal = (folder: string, name: string, largest: number = LARGEST_BYTES): Journal => {
  const path = join(folder, `${name}.log`);
  const open = (): { fd: number; size: number } => {
    const fd = openSync(path, 'a', 0o600);
    return { fd, size: fstatSync(fd).size };
  };
  let file = open();
  return {
    path,
    write: (text) => {
      const line = text.endsWith('\n') ? text : `${text}\n`;
      if (file.size > 0 && file.size + Buffer.byteLength(line) > largest) {
        closeSync(file.fd);
        renameSync(path, join(folder, `${name}.old.log`));
        file = open();
      }
      // Synchronous on purpose: the supervisor has nothing else to do, and a crash loses nothing.
      file.size += writeSync(file.fd, line);
    },
    close: () => closeSync(file.fd),
  };
};
