import type {
  CheckpointChangeResolvers,
  CheckpointResolvers,
  MutationResolvers,
  ProjectResolvers,
} from '#codegen/sandbox.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { spendContent } from '../content-budget.ts';
import type { Checkpoints } from '../files/checkpoints.ts';
import type { Projects } from '../projects.ts';
import { countOf, lineOf } from './arguments.ts';
import { writerOf } from './files.ts';

const MOST_CHANGES = 1_000;

/** Keeping what a project holds, and going back to it. */
export const checkpointResolvers = (
  projects: Projects,
  checkpoints: Checkpoints,
): {
  readonly Mutation: Pick<MutationResolvers, 'createCheckpoint' | 'restoreCheckpoint' | 'deleteCheckpoint'>;
  readonly Project: Pick<ProjectResolvers, 'checkpoints'>;
  readonly Checkpoint: CheckpointResolvers;
  readonly CheckpointChange: CheckpointChangeResolvers;
} => ({
  Mutation: {
    createCheckpoint: async (_, { input }, context) => {
      const caller = callerOf(context);
      const name = lineOf(input.name, 'name');
      const author = writerOf(caller, input.agent);
      const project = await projects.writable(caller, input.projectId);
      return checkpoints.make(project.id, author, name);
    },
    restoreCheckpoint: async (_, { projectId, id, agent }, context) => {
      const caller = callerOf(context);
      const writer = writerOf(caller, agent);
      const project = await projects.writable(caller, projectId);
      return checkpoints.restore(project.id, writer, id);
    },
    deleteCheckpoint: async (_, { projectId, id }, context) => {
      const project = await projects.writable(callerOf(context), projectId);
      return checkpoints.remove(project.id, id);
    },
  },
  Project: { checkpoints: async ({ id }) => [...(await checkpoints.of(id))] },
  Checkpoint: {
    author: ({ authorId }) => ({ id: authorId }),
    changes: async (checkpoint, { first }) => {
      const { projectId } = checkpoint;
      const changes = await checkpoints.changesSince(checkpoint, countOf(first, MOST_CHANGES));
      return changes.map((change) => ({ projectId, ...change }));
    },
  },
  CheckpointChange: {
    patch: ({ projectId, ...change }, _, context) => {
      spendContent(context, change.size);
      return checkpoints.patch(projectId, change);
    },
  },
});
