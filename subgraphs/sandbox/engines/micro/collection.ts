import { parseFilePath } from '../../files/file-path.ts';
import type { JobFile } from '../engine.ts';
import { createMatcher } from '../patterns.ts';

/** A file that a program left, as its machine tells it. */
export interface LeftFile {
  readonly path: string;
  readonly bytes: number;
}

const MEBIBYTE = 1024 ** 2;
const MOST_FILES = 200;
const MOST_FILE_BYTES = 5 * MEBIBYTE;
const MOST_BYTES = 20 * MEBIBYTE;

/** Chooses which files a result brings back, and takes them. Who has taken the machine over may send any others. */
export const createCollection = (patterns: readonly string[]) => {
  const isWanted = createMatcher(patterns);
  const awaited = new Set<string>();
  const files: JobFile[] = [];
  let bytes = 0;
  let leftOut = 0;
  let isComplete = true;

  return {
    /** Adds a file to those that are asked for, if it matches and fits. */
    offer({ path, bytes: size }: LeftFile): void {
      const verdict = parseFilePath(path);
      if (verdict.outcome === 'refused' || verdict.path.text !== path || !isWanted(path)) return;
      if (awaited.size >= MOST_FILES || size > MOST_FILE_BYTES || bytes + size > MOST_BYTES) leftOut += 1;
      else if (!awaited.has(path)) {
        awaited.add(path);
        bytes += size;
      }
    },
    /** Says that the machine has not looked at all of them. */
    cutShort(): void {
      isComplete = false;
    },
    paths: (): readonly string[] => [...awaited],
    /** Takes a file that was asked for; another is ignored. */
    take(file: JobFile): void {
      if (file.bytes.length <= MOST_FILE_BYTES && awaited.delete(file.path)) files.push(file);
    },
    files: (): readonly JobFile[] => files,
    /** The sentence that says what was left out; null where nothing was. */
    message: (): string | null => {
      if (!isComplete) return 'There are too many files to look through all of them.';
      return leftOut === 0 ? null : `${leftOut} more files match but are too many or too large to bring back.`;
    },
  };
};
