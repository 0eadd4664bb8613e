import { lstat, readdir, rename, type FileHandle } from 'node:fs/promises';
import { StudioError } from '#mesh/errors.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { z } from 'zod';
import { findProject } from '../store/projects.ts';
import { MAX_FILE_BYTES } from './file-content.ts';
import { parseFilePath, type FilePath } from './file-path.ts';
import type { Files } from './files.ts';
import { codeOf, inside, openBase, openFile, openFolder } from './folder.ts';

interface Found {
  readonly path: FilePath;
  readonly bytes: Buffer;
}

/** Every plain file below an open folder that a path can name; no link is followed, whatever is put there meanwhile. */
async function* filesIn(folder: FileHandle, above: string): AsyncGenerator<Found> {
  for (const entry of await readdir(inside(folder, ''), { withFileTypes: true })) {
    const text = `${above}${entry.name}`;
    const parsed = parseFilePath(text);
    if (parsed.outcome === 'refused' || parsed.path.text !== text) continue;
    if (entry.isDirectory()) {
      await using child = await openFolder(folder, entry.name);
      if (child) yield* filesIn(child, `${text}/`);
    }
    if (!entry.isFile()) continue;
    const stat = await lstat(inside(folder, entry.name));
    if (stat.nlink !== 1 || stat.size > MAX_FILE_BYTES) continue;
    await using file = await openFile(folder, entry.name);
    if (file) yield { path: parsed.path, bytes: await file.readFile() };
  }
}

/** What keeps one file from being taken over and no other: it stays in the folder that is moved aside. */
const PASSED_OVER: readonly string[] = ['VERSION_CONFLICT', 'PATH_REFUSED', 'SIZE_REFUSED', 'LIMIT_REACHED'];

/** Takes one file over; one that is there already, from an attempt that a kill ended, stays as it is. */
const takeOver = async (files: Files, projectId: string, userId: string, { path, bytes }: Found): Promise<boolean> => {
  try {
    await files.apply(projectId, { userId, agent: null }, [{ kind: 'write', path, bytes, ifVersion: '' }]);
    return true;
  } catch (error) {
    if (error instanceof StudioError && PASSED_OVER.includes(error.code)) return false;
    throw error;
  }
};

/**
 * Takes over the files that an earlier version of the studio kept on disk, one folder for each project, and moves the
 * folder aside once all are in the database. Does nothing where there is no such folder.
 */
export const takeOverWorkspaces = async (database: Database, files: Files, folder: string, log: Log): Promise<void> => {
  const opened = await openBase(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (!opened) return;
  await using base = opened;
  let count = 0;
  for (const name of await readdir(folder)) {
    const project = z.uuid().safeParse(name).success ? await findProject(database, name) : null;
    await using workspace = project && (await openFolder(base, name));
    if (!project || !workspace) continue;
    for await (const found of filesIn(workspace, '')) {
      if (await takeOver(files, project.id, project.ownerId, found)) count += 1;
      else log.warn({ project: project.id }, 'a file on disk was not taken over: it is there already, or has no place');
    }
  }
  await rename(folder, `${folder}.imported`).catch((error: unknown) => {
    // Another process of the sandbox has done all this at the same moment.
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  log.info({ files: count, folder: `${folder}.imported` }, 'the files of projects lie in the database now');
};
