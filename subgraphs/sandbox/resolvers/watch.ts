import type { ProjectEventResolvers, SubscriptionResolvers } from '#codegen/sandbox.ts';
import { endable } from '#mesh/endable.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { Watch } from '../files/watch.ts';
import type { ProjectEventMapper } from '../mappers.ts';
import type { Projects } from '../projects.ts';

/** Following what happens to files. */
export const watchResolvers = (
  projects: Projects,
  watch: Watch,
): {
  readonly Subscription: Pick<SubscriptionResolvers, 'projectEvents'>;
  readonly ProjectEvent: ProjectEventResolvers;
} => ({
  Subscription: {
    projectEvents: {
      subscribe: async (_, { projectId, after }, context) => {
        const project = await projects.readable(callerOf(context), projectId);
        return endable(
          (until) => watch.follow(project.id, after ?? null, until),
          context.signal,
          (error) => context.log.error({ error }, 'a stream of project events ended badly'),
        );
      },
      resolve: (event: ProjectEventMapper) => event,
    },
  },
  ProjectEvent: { author: ({ authorId }) => (authorId === null ? null : { id: authorId }) },
});
