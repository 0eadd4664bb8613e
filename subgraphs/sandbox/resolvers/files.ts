import type { Resolvers } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { bytesOf, conditionOf, filePathOf } from './arguments.ts';
import { spendContent } from '../content-budget.ts';
import { textOf } from '../files/file-content.ts';
import type { Projects } from '../projects.ts';
import type { Files } from '../files/files.ts';

/** Writing files and reading what is in them. */
export const fileResolvers = (
  projects: Projects,
  files: Files,
): Pick<Resolvers, 'File'> & { Mutation: Pick<NonNullable<Resolvers['Mutation']>, 'writeFile'> } => ({
  Mutation: {
    writeFile: async (_, { input }, context) => {
      const path = filePathOf(input.path);
      const bytes = bytesOf(input);
      const condition = conditionOf(input);
      const caller = callerOf(context);
      const project = await projects.writable(caller, input.projectId ?? null);
      const change = { kind: 'write', path, bytes, ifVersion: condition } as const;
      const [file] = await files.apply(project.id, { userId: caller.userId, agent: null }, [change]);
      if (!file) throw new TypeError('a write leaves a file');
      return file;
    },
  },
  File: {
    content: async (file, { encoding }, context) => {
      spendContent(context, file.size);
      const now = await files.read(file.projectId, filePathOf(file.path));
      // The answer's version and content belong together, or a later write over that version would lose what came since.
      if (now?.file.version !== file.version) {
        throw new StudioError('VERSION_CONFLICT', 'The file changed while it was being read.');
      }
      return encoding === 'BASE64' ? now.bytes.toString('base64') : textOf(now.bytes);
    },
  },
});
