import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { FileMapper } from '../mappers.ts';
import { contentAt, deletedFilesOf, versionsOf, type Version } from '../store/history.ts';
import { textOf } from './file-content.ts';
import type { FilePath } from './file-path.ts';
import type { Files, Writer } from './files.ts';
import { patchOf } from './patch.ts';

/** What files held. */
export interface Past {
  versions(projectId: string, path: string, first: number): Promise<readonly Version[]>;
  deleted(projectId: string, first: number): ReturnType<typeof deletedFilesOf>;
  /** @throws StudioError NOT_FOUND */
  content(projectId: string, path: string, revision: number): Promise<Buffer>;
  /**
   * The difference of two versions as a unified patch.
   * @param to null for the present content
   * @returns null when one of them is not UTF-8
   * @throws StudioError NOT_FOUND; TIMEOUT when the two have too little in common
   */
  diff(projectId: string, path: FilePath, from: number, to: number | null): Promise<string | null>;
  /** Writes what a file held again. @throws as `Files.apply`, and NOT_FOUND */
  restore(
    projectId: string,
    writer: Writer,
    file: { readonly path: FilePath; readonly revision: number; readonly ifVersion: string | null },
  ): Promise<FileMapper>;
}

export const createPast = (database: Database, files: Files): Past => {
  const content: Past['content'] = async (projectId, path, revision) => {
    const bytes = await contentAt(database, projectId, path, revision);
    if (!bytes) throw new StudioError('NOT_FOUND', `${path} has no revision ${revision}.`, { argument: 'revision' });
    return bytes;
  };
  return {
    versions: (projectId, path, first) => versionsOf(database, projectId, path, first),
    deleted: (projectId, first) => deletedFilesOf(database, projectId, first),
    content,
    diff: async (projectId, path, from, to) => {
      const old = textOf(await content(projectId, path.text, from));
      const present = to === null ? (await files.read(projectId, path))?.bytes : undefined;
      const now = textOf(present ?? (to === null ? Buffer.alloc(0) : await content(projectId, path.text, to)));
      if (old === null || now === null) return null;
      const after = to === null ? 'now' : `revision ${to}`;
      return patchOf(path.text, { text: old, label: `revision ${from}` }, { text: now, label: after });
    },
    restore: async (projectId, writer, { path, revision, ifVersion }) => {
      const bytes = await content(projectId, path.text, revision);
      const [file] = await files.apply(projectId, writer, [{ kind: 'write', path, bytes, ifVersion }]);
      if (!file) throw new TypeError('a write leaves a file');
      return file;
    },
  };
};
