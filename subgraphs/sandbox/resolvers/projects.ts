import type { MutationResolvers, Resolvers } from '#codegen/sandbox.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { filePathOf } from './arguments.ts';
import type { Projects } from '../projects.ts';
import type { Files } from '../files/files.ts';

/** Projects, and how files are reached through them. */
export const projectResolvers = (
  projects: Projects,
  files: Files,
): Pick<Resolvers, 'Query' | 'Project'> & {
  Mutation: Pick<MutationResolvers, 'createProject' | 'renameProject' | 'deleteProject'>;
} => ({
  Query: {
    projects: async (_, _arguments, context) => [...(await projects.listOf(callerOf(context)))],
    project: (_, { id }, context) => {
      const caller = callerOf(context);
      return id === undefined || id === null ? projects.standing(caller) : projects.readable(caller, id);
    },
  },
  Mutation: {
    createProject: (_, { name }, context) => projects.create(callerOf(context), name),
    renameProject: (_, { id, name }, context) => projects.rename(callerOf(context), id, name),
    deleteProject: async (_, { id, name }, context) => {
      await projects.remove(callerOf(context), id, name);
      return true;
    },
  },
  Project: {
    __resolveReference: async ({ id }, context) => projects.readable(callerOf(context), id),
    owner: ({ ownerId }) => ({ id: ownerId }),
    files: ({ id }, { folder }) =>
      files.list(id, folder === undefined || folder === null ? undefined : filePathOf(folder)),
    folders: ({ id }) => files.folders(id),
    usage: async ({ id }) => {
      const { held, limits } = await files.usage(id);
      return { ...held, maxBytes: limits.bytes, maxFiles: limits.files, maxFolders: limits.folders };
    },
    file: ({ id }, { path }) => files.find(id, filePathOf(path)),
  },
});
