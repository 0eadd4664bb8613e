import type { Database, Queries } from '#mesh/database/pool.ts';
import type { FileMapper } from '../mappers.ts';
import type { FilePath } from './file-path.ts';
import { applyChanges } from './apply.ts';
import { stateOf } from '../store/project-state.ts';
import { contentOf, entriesOf, entryAt, filesWithContent, type Entry } from '../store/entries.ts';

/** What one project holds, or may hold. */
export interface ProjectLimits {
  readonly files: number;
  readonly folders: number;
  /** Of all files as they are now. */
  readonly bytes: number;
}

const NOTHING: ProjectLimits = { files: 0, folders: 0, bytes: 0 };
const PROJECT_LIMITS: ProjectLimits = { files: 10_000, folders: 2_000, bytes: 64 * 1_048_576 };

/** Who changes files: a user, or the run of an agent for a user. */
export interface Writer {
  readonly userId: string;
  /** The id of the agent's run; null where it is the user. */
  readonly agent: string | null;
}

/**
 * One change of a project's files. `ifVersion`: only over this version; the empty text: only where there is no file;
 * null: in any case.
 */
export type Change =
  | { readonly kind: 'write'; readonly path: FilePath; readonly bytes: Buffer; readonly ifVersion: string | null }
  | { readonly kind: 'delete'; readonly path: FilePath; readonly ifVersion: string | null }
  | { readonly kind: 'move'; readonly from: FilePath; readonly to: FilePath; readonly ifVersion: string | null }
  | { readonly kind: 'make folder'; readonly path: FilePath };

export interface Contents {
  readonly file: FileMapper;
  readonly bytes: Buffer;
}

/** The files of all projects. Whether somebody may reach a project is decided before. */
export interface Files {
  /** One file with its bytes of the same moment; null when there is none. */
  read(projectId: string, path: FilePath): Promise<Contents | null>;
  /** One file without its content; null when there is none. */
  find(projectId: string, path: FilePath): Promise<FileMapper | null>;
  /** Every file by path; only what is below `folder`, where one is named. */
  list(projectId: string, folder?: FilePath): Promise<FileMapper[]>;
  /** Every folder by path. */
  folders(projectId: string): Promise<string[]>;
  /** Every file with its bytes, all of one moment: at most as many as a project may hold. */
  snapshot(projectId: string): Promise<Contents[]>;
  /** What a project holds, and what it may. */
  usage(projectId: string): Promise<{ readonly held: ProjectLimits; readonly limits: ProjectLimits }>;
  /**
   * Makes changes one after the other: all of them, or none. They are on disk when this answers.
   * @returns for each change the file that it leaves; null where it leaves none
   * @throws StudioError PATH_REFUSED, SIZE_REFUSED, VERSION_CONFLICT, LIMIT_REACHED, FILE_LOCKED with `lock`;
   * NOT_FOUND for a project or a file that is not there
   */
  apply(projectId: string, writer: Writer, changes: readonly Change[]): Promise<(FileMapper | null)[]>;
  /** As `apply`, in a transaction that has more to do. */
  applyWithin(
    transaction: Queries,
    projectId: string,
    writer: Writer,
    changes: readonly Change[],
  ): Promise<(FileMapper | null)[]>;
}

const fileOf = (projectId: string, entry: Entry): FileMapper[] =>
  entry.version === null
    ? []
    : [{ projectId, path: entry.path, size: entry.size, version: entry.version, updatedAt: entry.updatedAt }];

export const createFiles = (database: Database, limits: ProjectLimits = PROJECT_LIMITS): Files => ({
  read: (projectId, path) => contentOf(database, projectId, path.text),
  find: async (projectId, path) => {
    const entry = await entryAt(database, projectId, path.text);
    return (entry && fileOf(projectId, entry)[0]) ?? null;
  },
  list: async (projectId, folder) =>
    (await entriesOf(database, projectId, folder?.text ?? null)).flatMap((entry) => fileOf(projectId, entry)),
  folders: async (projectId) =>
    (await entriesOf(database, projectId, null)).filter(({ version }) => version === null).map(({ path }) => path),
  snapshot: async (projectId) => [...(await filesWithContent(database, projectId))],
  usage: async (projectId) => ({ held: (await stateOf(database, projectId)) ?? NOTHING, limits }),
  apply: (projectId, writer, changes) =>
    database.transaction((transaction) => applyChanges(transaction, { projectId, writer, limits }, changes)),
  applyWithin: (transaction, projectId, writer, changes) =>
    applyChanges(transaction, { projectId, writer, limits }, changes),
});
