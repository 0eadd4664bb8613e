import type { Resolvers } from '#codegen/sandbox.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { filePathOf } from './arguments.ts';
import type { Projects } from '../projects.ts';
import type { Turns } from '../turns.ts';
import type { Workspaces } from '../workspace.ts';

/** Projects, and how files are reached through them. */
export const projectResolvers = (
  projects: Projects,
  workspaces: Workspaces,
  listings: Turns,
): Pick<Resolvers, 'Query' | 'Project'> & { Mutation: Pick<NonNullable<Resolvers['Mutation']>, 'createProject'> } => ({
  Query: {
    projects: async (_, _arguments, context) => [...(await projects.listOf(callerOf(context)))],
    project: (_, { id }, context) => {
      const caller = callerOf(context);
      return id === undefined || id === null ? projects.standing(caller) : projects.readable(caller, id);
    },
  },
  Mutation: {
    createProject: (_, { name }, context) => projects.create(callerOf(context), name),
  },
  Project: {
    __resolveReference: async ({ id }, context) => projects.readable(callerOf(context), id),
    owner: ({ ownerId }) => ({ id: ownerId }),
    // One listing at a time for each owner: it holds several files open and may read them all.
    files: async ({ id, ownerId }, { folder }, { signal }) => {
      const within = folder === undefined || folder === null ? '' : `${filePathOf(folder).text}/`;
      const files = await listings.take(ownerId, () => workspaces.list(id, signal));
      return files.filter(({ path }) => path.startsWith(within));
    },
    file: async ({ id }, { path }) => (await workspaces.read(id, filePathOf(path)))?.file ?? null,
  },
});
