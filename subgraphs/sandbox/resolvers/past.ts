import type { FileResolvers, FileVersionResolvers, MutationResolvers, ProjectResolvers } from '#codegen/sandbox.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { spendContent } from '../content-budget.ts';
import { textOf } from '../files/file-content.ts';
import type { Past } from '../files/past.ts';
import type { Projects } from '../projects.ts';
import { conditionOf, countOf, filePathOf } from './arguments.ts';
import { writerOf } from './files.ts';

/** So many versions of a file are kept, and so many deleted files are listed. */
const MOST_VERSIONS = 50;
const MOST_DELETED = 1_000;

/** What files held, and bringing it back. */
export const pastResolvers = (
  projects: Projects,
  past: Past,
): {
  readonly Mutation: Pick<MutationResolvers, 'restoreFile'>;
  readonly Project: Pick<ProjectResolvers, 'deletedFiles'>;
  readonly File: Pick<FileResolvers, 'versions' | 'diff'>;
  readonly FileVersion: FileVersionResolvers;
} => ({
  Mutation: {
    restoreFile: async (_, { input }, context) => {
      const caller = callerOf(context);
      const file = { path: filePathOf(input.path), revision: input.revision, ifVersion: conditionOf(input) };
      const writer = writerOf(caller, input.agent);
      const project = await projects.writable(caller, input.projectId);
      return past.restore(project.id, writer, file);
    },
  },
  Project: {
    deletedFiles: async ({ id }, { first }) => [...(await past.deleted(id, countOf(first, MOST_DELETED)))],
  },
  File: {
    versions: async ({ projectId, path }, { first }) => [
      ...(await past.versions(projectId, path, countOf(first, MOST_VERSIONS))),
    ],
    diff: ({ projectId, path, size }, { from, to }, context) => {
      spendContent(context, size);
      return past.diff(projectId, filePathOf(path), from, to ?? null);
    },
  },
  FileVersion: {
    author: ({ authorId }) => ({ id: authorId }),
    content: async ({ projectId, path, revision, size }, { encoding }, context) => {
      spendContent(context, size);
      const bytes = await past.content(projectId, path, revision);
      return encoding === 'BASE64' ? bytes.toString('base64') : textOf(bytes);
    },
  },
});
