import type { FilePath } from './file-path.ts';

/** A file or folder that has, but for upper and lower case, one of the names that a change is about. */
export interface Neighbour {
  readonly path: string;
  /** Null for a folder. */
  readonly version: string | null;
  readonly size: number;
  readonly updatedAt: string;
}

export type Place =
  | {
      readonly outcome: 'free';
      /** The folders on the way that are not there yet, from the top down. */
      readonly missing: readonly string[];
    }
  | { readonly outcome: 'taken'; readonly by: Neighbour }
  /** `reason` completes the sentence "The path …". */
  | { readonly outcome: 'refused'; readonly reason: string };

/** A path without the difference of upper and lower case; two paths with the same one cannot stand side by side. */
export const foldedOf = (path: string): string => path.toUpperCase().toLowerCase().normalize('NFC');

/** The path's folders, each from the root, from the top down. */
export const foldersAbove = ({ folders }: Pick<FilePath, 'folders'>): string[] =>
  folders.map((_, index) => folders.slice(0, index + 1).join('/'));

/** Decides what stands at a path and on the way to it. `neighbours` are all entries whose folded path is that of one of them. */
export const placeOf = (path: FilePath, neighbours: readonly Neighbour[]): Place => {
  const byFolded = new Map(neighbours.map((neighbour) => [foldedOf(neighbour.path), neighbour]));
  const missing: string[] = [];
  for (const folder of foldersAbove(path)) {
    const there = byFolded.get(foldedOf(folder));
    if (!there) missing.push(folder);
    else if (there.version !== null)
      return { outcome: 'refused', reason: `leads through ${there.path}, which is a file` };
    else if (there.path !== folder) return { outcome: 'refused', reason: `differs from ${there.path} in case alone` };
  }
  const there = byFolded.get(foldedOf(path.text));
  if (!there) return { outcome: 'free', missing };
  if (there.path !== path.text) return { outcome: 'refused', reason: `differs from ${there.path} in case alone` };
  return { outcome: 'taken', by: there };
};
