import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, readdir, rename, stat as statOf, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '#mesh/errors.ts';
import { MAX_FILE_BYTES } from './file-content.ts';
import { parseFilePath, type FilePath } from './file-path.ts';
import { codeOf, inside, makeFile, makeFolders, openBase, openFile, openFolder, openFolders } from './folder.ts';
import type { FileMapper } from './mappers.ts';
import { removeFrom } from './removal.ts';
import { createVersions, versionOf } from './versions.ts';

interface WorkspaceLimits {
  readonly files: number;
  readonly folders: number;
}

const WORKSPACE_LIMITS: WorkspaceLimits = { files: 10_000, folders: 2_000 };

/** Where files wait, on the same file system, until they are whole. No project has this name: theirs are UUIDs. */
const INCOMING = '.incoming';
const INCOMING_KEPT_MS = 3_600_000;

interface Contents {
  readonly file: FileMapper;
  readonly bytes: Buffer;
}

/** The files of all projects: one folder for each, named for its id. */
export interface Workspaces {
  /**
   * One file, with its bytes of the same moment.
   * @returns null when there is none
   * @throws StudioError PATH_REFUSED, SIZE_REFUSED
   */
  read(projectId: string, path: FilePath): Promise<Contents | null>;
  /**
   * Every plain file, by path. Links, pipes and whatever else does not belong there are passed over.
   * @throws StudioError LIMIT_REACHED, TIMEOUT once `signal` has aborted
   */
  list(projectId: string, signal: AbortSignal): Promise<FileMapper[]>;
  /**
   * Writes a whole file, which appears whole or not at all, and is on disk when this answers.
   * @param ifVersion write only over this version; the empty text: only where there is no file; null: in any case
   * @throws StudioError PATH_REFUSED, SIZE_REFUSED, VERSION_CONFLICT, LIMIT_REACHED
   */
  write(projectId: string, path: FilePath, bytes: Buffer, ifVersion: string | null): Promise<FileMapper>;
  /** Removes all files of a project. Repeating it changes nothing. */
  remove(projectId: string): Promise<void>;
  close(): Promise<void>;
}

export interface WorkspacesOptions {
  /** The folder that holds the projects' folders; it is made when missing. */
  readonly folder: string;
  /** Runs works on one project one after the other, whichever process they are in. */
  readonly exclusively: <T>(projectId: string, work: () => Promise<T>) => Promise<T>;
  readonly limits?: WorkspaceLimits;
}

type Entry =
  | { readonly kind: 'folder'; readonly text: string }
  | { readonly kind: 'file'; readonly folder: FileHandle; readonly path: FilePath };

/** Every folder and file below an open folder that a path can name; a folder stays open while its entries are used. */
async function* entriesOf(folder: FileHandle, above: string): AsyncGenerator<Entry> {
  for (const entry of await readdir(inside(folder, ''), { withFileTypes: true })) {
    const text = `${above}${entry.name}`;
    const parsed = parseFilePath(text);
    if (parsed.outcome === 'refused' || parsed.path.text !== text) continue;
    if (entry.isFile()) yield { kind: 'file', folder, path: parsed.path };
    if (!entry.isDirectory()) continue;
    await using child = await openFolder(folder, entry.name);
    if (!child) continue;
    yield { kind: 'folder', text };
    yield* entriesOf(child, `${text}/`);
  }
}

const describe = (projectId: string, path: FilePath, stat: BigIntStats, version: string): FileMapper => ({
  projectId,
  path: path.text,
  size: Number(stat.size),
  version,
  updatedAt: stat.mtime.toISOString(),
});

/** Removes what a crash left half written. */
const sweep = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const left = await statOf(path).catch(() => null);
    if (left && left.mtimeMs < Date.now() - INCOMING_KEPT_MS) await unlink(path);
  }
};

/** Opens the workspaces under a folder. Needs Linux's `/proc`. */
export const openWorkspaces = async (options: WorkspacesOptions): Promise<Workspaces> => {
  const { folder, exclusively, limits = WORKSPACE_LIMITS } = options;
  await mkdir(join(folder, INCOMING), { recursive: true, mode: 0o700 });
  await sweep(join(folder, INCOMING));
  const base = await openBase(folder);
  const incoming = await openBase(join(folder, INCOMING));
  const versions = createVersions(2 * limits.files);

  const readIn = async (parent: FileHandle, projectId: string, path: FilePath): Promise<Contents | null> => {
    await using file = await openFile(parent, path.name);
    if (!file) return null;
    const stat = await file.stat({ bigint: true });
    if (stat.size > MAX_FILE_BYTES) throw new StudioError('SIZE_REFUSED');
    const bytes = await file.readFile();
    const version = versionOf(bytes);
    versions.remember(stat, version);
    return { file: describe(projectId, path, stat, version), bytes };
  };

  const read = async (projectId: string, path: FilePath): Promise<Contents | null> => {
    await using parent = await openFolders(base, [projectId, ...path.folders]);
    return parent && (await readIn(parent, projectId, path));
  };

  /** What a listing says of a file; null when it is gone again or is no plain file of ours. */
  const look = async (projectId: string, entry: Entry & { kind: 'file' }): Promise<FileMapper | null> => {
    const stat = await lstat(inside(entry.folder, entry.path.name), { bigint: true }).catch(() => null);
    if (!stat?.isFile() || stat.nlink !== 1n || stat.size > MAX_FILE_BYTES) return null;
    const version = versions.recall(stat);
    if (version !== undefined) return describe(projectId, entry.path, stat, version);
    return (await readIn(entry.folder, projectId, entry.path))?.file ?? null;
  };

  const list = async (projectId: string, signal: AbortSignal): Promise<FileMapper[]> => {
    await using project = await openFolder(base, projectId);
    if (!project) return [];
    const files: FileMapper[] = [];
    for await (const entry of entriesOf(project, '')) {
      if (signal.aborted) throw new StudioError('TIMEOUT', 'Nobody waits for this listing any more.');
      const file = entry.kind === 'file' ? await look(projectId, entry) : null;
      if (file) files.push(file);
      if (files.length > limits.files) throw new StudioError('LIMIT_REACHED');
    }
    return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  };

  /** Refuses one more file, and the folders it may bring, where there are as many as there may be. */
  const checkRoom = async (projectId: string, path: FilePath): Promise<void> => {
    await using project = await openFolder(base, projectId);
    if (!project) return;
    let files = 1;
    let folders = path.folders.length;
    for await (const entry of entriesOf(project, '')) {
      if (entry.kind === 'file') files += 1;
      else if (!path.text.startsWith(`${entry.text}/`)) folders += 1;
      if (files > limits.files || folders > limits.folders) {
        throw new StudioError(
          'LIMIT_REACHED',
          `A project holds at most ${limits.files} files in ${limits.folders} folders.`,
        );
      }
    }
  };

  /** Writes beside, makes it durable, and moves it into place: a reader sees the old file or the new one. */
  const place = async (projectId: string, path: FilePath, bytes: Buffer): Promise<FileMapper> => {
    await using parent = await makeFolders(base, [projectId, ...path.folders]);
    const temporary = randomUUID();
    await using file = await makeFile(incoming, temporary);
    try {
      await file.writeFile(bytes);
      await file.sync();
      await rename(inside(incoming, temporary), inside(parent, path.name));
    } catch (error) {
      await unlink(inside(incoming, temporary)).catch(() => {});
      throw error;
    }
    await parent.sync();
    // Only now: the move has changed the file's status time.
    const stat = await file.stat({ bigint: true });
    const version = versionOf(bytes);
    versions.remember(stat, version);
    return describe(projectId, path, stat, version);
  };

  return {
    read,
    list,
    write: async (projectId, path, bytes, ifVersion) => {
      if (bytes.length > MAX_FILE_BYTES) throw new StudioError('SIZE_REFUSED');
      return exclusively(projectId, async () => {
        const present = await read(projectId, path);
        if (ifVersion !== null && ifVersion !== (present?.file.version ?? ''))
          throw new StudioError('VERSION_CONFLICT');
        if (!present) await checkRoom(projectId, path);
        return place(projectId, path, bytes);
      });
    },
    remove: (projectId) => removeFrom(base, projectId),
    close: async () => {
      await base.close();
      await incoming.close();
    },
  };
};

/** Whether this system has what `folder.ts` stands on. */
export const canOpenWorkspaces = async (): Promise<boolean> =>
  statOf('/proc/self/fd').then(
    (stat) => stat.isDirectory(),
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
