import type { Database } from '#mesh/database/pool.ts';
import { lockProject } from './store/project-lock.ts';
import { forgetProject, projectsOf } from './store/projects.ts';
import type { Workspaces } from './workspace.ts';

/**
 * Removes all projects of a user with their files. The row goes last and under the lock of writes: a kill in between
 * leaves it for the next round, and a write that waited finds no project any more.
 */
export const eraseProjects = async (
  database: Database,
  workspaces: Pick<Workspaces, 'remove'>,
  userId: string,
): Promise<void> => {
  for (const { id } of await projectsOf(database, userId)) {
    await database.transaction(async (transaction) => {
      await lockProject(transaction, id);
      await workspaces.remove(id);
      await forgetProject(transaction, id);
    });
  }
};
