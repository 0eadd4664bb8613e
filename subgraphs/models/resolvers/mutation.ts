import type { MutationResolvers } from '#codegen/models.ts';
import type { Services } from '../services.ts';

export const mutationOf = ({ workers, chats }: Services): MutationResolvers => ({
  loadModel: async (_, { name, options }, { signal }) => {
    await workers.load(name, options ?? {}, signal);
    return { name };
  },
  unloadModel: async (_, { name }) => {
    await workers.unload(name);
    return { name };
  },
  chat: (_, { input }, context) => chats.complete(input, context),
});
