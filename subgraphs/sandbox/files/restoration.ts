/** A file or folder, now or then. */
export interface Held {
  readonly path: string;
  /** Null for a folder. */
  readonly version: string | null;
}

/** What is to be done, in this order. */
export interface Restoration {
  /** Each goes with all that is below it. */
  readonly remove: readonly string[];
  /** From the top down. */
  readonly folders: readonly string[];
  readonly write: readonly { readonly path: string; readonly version: string }[];
}

/**
 * Decides how a project becomes again what it was. What is the same now is left alone.
 * @param now all entries by path
 * @param then likewise
 */
export const restorationOf = (now: readonly Held[], then: readonly Held[]): Restoration => {
  const wanted = new Map(then.map(({ path, version }) => [path, version]));
  const isInTheWay = ({ path, version }: Held): boolean => {
    const want = wanted.get(path);
    // A folder where a file was, or the other way round, goes first.
    return want === undefined || (want === null) !== (version === null);
  };
  const remove: string[] = [];
  const gone = new Set<string>();
  for (const held of now.toSorted((a, b) => a.path.length - b.path.length)) {
    if (!isInTheWay(held)) continue;
    gone.add(held.path);
    const above = held.path.slice(0, Math.max(0, held.path.lastIndexOf('/')));
    if (!gone.has(above)) remove.push(held.path);
  }
  const left = new Map(now.filter(({ path }) => !gone.has(path)).map(({ path, version }) => [path, version]));
  return {
    remove,
    folders: then.filter(({ path, version }) => version === null && !left.has(path)).map(({ path }) => path),
    write: then.flatMap(({ path, version }) =>
      version === null || left.get(path) === version ? [] : [{ path, version }],
    ),
  };
};
