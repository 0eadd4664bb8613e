import type { Database } from '#mesh/database/pool.ts';
import { forgetProject, projectsOf } from './store/projects.ts';

/** Removes all projects of a user with their files. What a kill leaves, the next round removes. */
export const eraseProjects = async (database: Database, userId: string): Promise<void> => {
  for (const { id } of await projectsOf(database, userId)) await forgetProject(database, id);
};
