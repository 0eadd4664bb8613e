import type { FileResolvers, MutationResolvers } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { spendContent } from '../content-budget.ts';
import { textOf } from '../files/file-content.ts';
import type { Change, Files, Writer } from '../files/files.ts';
import type { Projects } from '../projects.ts';
import { agentOf, bytesOf, conditionOf, filePathOf } from './arguments.ts';

/** What the person or agent behind a change is to the files. */
export const writerOf = ({ userId }: Caller, agent: string | null | undefined): Writer => ({
  userId,
  agent: agentOf(agent),
});

type Mutations = 'writeFile' | 'deleteFile' | 'moveFile' | 'createFolder';

/** Writing, moving and deleting files. */
export const fileMutations = (projects: Projects, files: Files): Pick<MutationResolvers, Mutations> => {
  const change = async (
    caller: Caller,
    { projectId, agent }: { readonly projectId?: string | null; readonly agent?: string | null },
    wanted: Change,
  ) => {
    const writer = writerOf(caller, agent);
    const project = await projects.writable(caller, projectId ?? null);
    const [file = null] = await files.apply(project.id, writer, [wanted]);
    return file;
  };
  return {
    writeFile: async (_, { input }, context) => {
      const path = filePathOf(input.path);
      const bytes = bytesOf(input);
      const ifVersion = conditionOf(input);
      const file = await change(callerOf(context), input, { kind: 'write', path, bytes, ifVersion });
      if (!file) throw new TypeError('a write leaves a file');
      return file;
    },
    deleteFile: async (_, { input }, context) => {
      const path = filePathOf(input.path);
      await change(callerOf(context), input, { kind: 'delete', path, ifVersion: conditionOf(input) });
      return true;
    },
    moveFile: (_, { input }, context) => {
      const [from, to] = [filePathOf(input.from, 'from'), filePathOf(input.to, 'to')];
      return change(callerOf(context), input, { kind: 'move', from, to, ifVersion: conditionOf(input) });
    },
    createFolder: async (_, { input }, context) => {
      await change(callerOf(context), input, { kind: 'make folder', path: filePathOf(input.path) });
      return true;
    },
  };
};

/** What is in a file now. */
export const fileContent = (files: Files): Pick<FileResolvers, 'content'> => ({
  content: async (file, { encoding }, context) => {
    spendContent(context, file.size);
    const now = await files.read(file.projectId, filePathOf(file.path));
    // The answer's version and content belong together, or a later write over that version would lose what came since.
    if (now?.file.version !== file.version) {
      throw new StudioError('VERSION_CONFLICT', 'The file changed while it was being read.');
    }
    return encoding === 'BASE64' ? now.bytes.toString('base64') : textOf(now.bytes);
  },
});
