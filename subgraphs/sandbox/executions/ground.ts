import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { JobFile } from '../engines/engine.ts';
import type { Files } from '../files/files.ts';
import type { ProjectMapper } from '../mappers.ts';
import type { Projects } from '../projects.ts';
import type { Order } from './order.ts';

/** The project whose files a program has. */
export interface Ground {
  /**
   * The project that an order means; null where it needs none, or the default one does not exist.
   * @throws StudioError NOT_FOUND, also for a program that is not there; FORBIDDEN for a credential that may not read
   * projects
   */
  of(order: Order, caller: Caller): Promise<ProjectMapper | null>;
  /** Its files as they are now. */
  files(project: ProjectMapper | null): Promise<readonly JobFile[]>;
}

const mayNotRead = (): StudioError => new StudioError('FORBIDDEN', 'This credential may not read projects.');

export const createGround = (
  projects: Pick<Projects, 'readable' | 'standing'>,
  files: Pick<Files, 'find' | 'snapshot'>,
): Ground => {
  const meant = async ({ hasProject, projectId }: Order, caller: Caller): Promise<ProjectMapper | null> => {
    if (!hasProject) return null;
    const mayRead = caller.scopes.includes('projects:read');
    if (projectId === null) return mayRead ? projects.standing(caller) : null;
    if (!mayRead) throw mayNotRead();
    return projects.readable(caller, projectId);
  };
  return {
    of: async (order, caller) => {
      const project = await meant(order, caller);
      const { source } = order;
      if (source.kind === 'code' || order.files.some(({ path }) => path === source.path.text)) return project;
      // Said at once, though the files are taken only when its turn has come.
      if (project && (await files.find(project.id, source.path))) return project;
      if (order.hasProject && !caller.scopes.includes('projects:read')) throw mayNotRead();
      throw new StudioError('NOT_FOUND', `There is no file ${source.path.text}.`, { argument: 'path' });
    },
    files: async (project) =>
      project === null ? [] : (await files.snapshot(project.id)).map(({ file: { path }, bytes }) => ({ path, bytes })),
  };
};
