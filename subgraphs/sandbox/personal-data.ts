import type { Database } from '#mesh/database/pool.ts';
import { executionDataOf, type ExecutionItem } from './executions/personal-data.ts';
import { textOf } from './files/file-content.ts';
import { parseFilePath } from './files/file-path.ts';
import type { FileMapper, ProjectMapper } from './mappers.ts';
import { projectsOf } from './store/projects.ts';
import type { Files } from './files/files.ts';

/** Contents of one page; a file has at most a quarter of it. */
export const PAGE_BYTES = 2 * 1_048_576;
/** What a file counts beside its content, so that a page of empty files ends as well. */
const ITEM_BYTES = 512;

type Item =
  | ({ readonly kind: 'project' } & Omit<ProjectMapper, 'ownerId'>)
  | ({ readonly kind: 'file'; readonly encoding: 'UTF8' | 'BASE64'; readonly content: string } & FileMapper)
  | ExecutionItem;

/** Where the executions begin: after all projects. `executions/<id>` is behind one of them. */
const EXECUTIONS = 'executions/';

/** A part of what the sandbox keeps about a person. */
export interface ProjectData {
  readonly items: Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** The last item that was answered: `<project>/<path>`, or `<project>/` for the project itself. */
const placeOf = (after: string | null): { readonly projectId: string; readonly path: string } => {
  const slash = after?.indexOf('/') ?? -1;
  return after === null || slash < 0
    ? { projectId: after ?? '', path: '' }
    : { projectId: after.slice(0, slash), path: after.slice(slash + 1) };
};

/**
 * One page of a person's projects and files, in the order of the projects' ids and the files' paths, and then of the
 * person's executions, newest first.
 * @param after the `next` of the page before; null for the first
 */
export const projectDataOf = async (
  { database, files }: { readonly database: Database; readonly files: Pick<Files, 'list' | 'read'> },
  userId: string,
  after: string | null,
): Promise<ProjectData> => {
  const executions = async (behind: string | null, room: number): Promise<ProjectData> => {
    const { items, last } = await executionDataOf(database, userId, behind, room);
    return { items: [...items], next: last === null ? null : `${EXECUTIONS}${last}` };
  };
  if (after?.startsWith(EXECUTIONS) === true) {
    return executions(after.slice(EXECUTIONS.length) || null, PAGE_BYTES);
  }
  const place = placeOf(after);
  const items: Item[] = [];
  let last = after;
  let bytes = 0;
  const projects = (await projectsOf(database, userId)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const { ownerId: _, ...project } of projects) {
    if (project.id < place.projectId) continue;
    const resumed = project.id === place.projectId;
    if (!resumed) {
      items.push({ kind: 'project', ...project });
      last = `${project.id}/`;
    }
    for (const listed of await files.list(project.id)) {
      if (resumed && listed.path <= place.path) continue;
      if (bytes > 0 && bytes + listed.size + ITEM_BYTES > PAGE_BYTES) return { items, next: last };
      const path = parseFilePath(listed.path);
      const found = path.outcome === 'accepted' ? await files.read(project.id, path.path) : null;
      // It may have gone since the listing.
      if (!found) continue;
      const text = textOf(found.bytes);
      const content = text ?? found.bytes.toString('base64');
      items.push({ kind: 'file', ...found.file, encoding: text === null ? 'BASE64' : 'UTF8', content });
      last = `${project.id}/${listed.path}`;
      bytes += found.bytes.length + ITEM_BYTES;
    }
  }
  const { items: executed, next } = await executions(null, PAGE_BYTES - bytes);
  return { items: [...items, ...executed], next };
};
