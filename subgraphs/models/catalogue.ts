import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelHeader, type ModelHeader } from './model-file.ts';

/** A model that is installed: a GGUF file of the models folder. */
export interface InstalledModel {
  /** The file's name without `.gguf`. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly header: ModelHeader;
}

export interface Catalogue {
  /** By name. */
  list(): Promise<readonly InstalledModel[]>;
  /** Undefined when there is no such model; a name is never taken for a path. */
  find(name: string): Promise<InstalledModel | undefined>;
}

const EXTENSION = '.gguf';
/** A name is one plain file name: no separator, no leading dot. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether a file of this name, with `.gguf`, would be listed. */
export const isModelName = (name: string): boolean => NAME.test(name);

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** The models of a folder. Headers are read again only when a file's size or time has changed. */
export const openCatalogue = (folder: string): Catalogue => {
  const headers = new Map<string, { readonly version: string; readonly header: Promise<ModelHeader> }>();

  const headerOf = (path: string, version: string): Promise<ModelHeader> => {
    const known = headers.get(path);
    if (known?.version === version) return known.header;
    const header = readModelHeader(path);
    headers.set(path, { version, header });
    return header;
  };

  const find = async (name: string): Promise<InstalledModel | undefined> => {
    if (!NAME.test(name)) return undefined;
    const path = join(folder, `${name}${EXTENSION}`);
    try {
      const file = await stat(path);
      if (!file.isFile()) return undefined;
      return { name, path, sizeBytes: file.size, header: await headerOf(path, `${file.size} ${file.mtimeMs}`) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  return {
    find,
    list: async () => {
      const files = await readdir(folder);
      const names = files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
      const found = await Promise.all(names.toSorted().map(find));
      return found.filter((model) => model !== undefined);
    },
  };
};
