/** A package's file as apt's signed lists describe it. */
export interface PackageFile {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * What a set of packages needs, from what `apt-cache depends --recurse` prints.
 * @param roots the packages asked for
 * @param without packages that are left out, with what they alone would bring
 */
export const closureOf = (
  printed: string,
  roots: readonly string[],
  without: ReadonlySet<string>,
): readonly string[] => {
  const needs = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of printed.split('\n')) {
    const needed = /^ [ |](?:Pre)?Depends: ([^<\s]+)$/u.exec(line)?.[1];
    if (needed !== undefined) current.push(needed);
    else if (/^\S/u.test(line)) needs.set(line.trim(), (current = []));
  }
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || without.has(name)) continue;
    found.add(name);
    waiting.push(...(needs.get(name) ?? []));
  }
  return [...found].toSorted();
};

/**
 * Reads what `apt-get download --print-uris` prints.
 * @throws Error where a line has no SHA-256: such a file could not be checked
 */
export const readFiles = (printed: string): readonly PackageFile[] =>
  printed
    .split('\n')
    .filter((line) => line.startsWith("'"))
    .map((line) => {
      const match = /^'[^']+' ([a-z0-9][a-z0-9.+-]*)_([^\s/]+\.deb) (\d+) SHA256:([0-9a-f]{64})$/u.exec(line);
      const [, name, rest, bytes, sha256] = match ?? [];
      if (name === undefined || rest === undefined || sha256 === undefined) {
        throw new Error(`apt names a file without its SHA-256: ${line.slice(0, 200)}`);
      }
      return { name, file: `${name}_${rest}`, bytes: Number(bytes), sha256 };
    });
