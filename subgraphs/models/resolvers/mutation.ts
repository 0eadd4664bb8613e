import type { MutationResolvers } from '#codegen/models.ts';
import { actorOf, recordAudit } from '#mesh/audit.ts';
import type { Services } from '../services.ts';

const ofModel = (name: string) => ({ targetKind: 'model', targetId: name });

export const mutationOf = ({ workers, chats, embeddings, database }: Services): MutationResolvers => ({
  loadModel: async (_, { name, options }, context) => {
    await workers.load(name, options ?? {}, context.signal);
    const details = { ...options };
    await recordAudit(database, actorOf(context), { ...ofModel(name), action: 'model.loaded', details });
    return { name };
  },
  unloadModel: async (_, { name }, context) => {
    await workers.unload(name);
    await recordAudit(database, actorOf(context), { ...ofModel(name), action: 'model.unloaded' });
    return { name };
  },
  chat: (_, { input }, context) => chats.complete(input, context),
  embed: (_, { input }, context) => embeddings.embed(input, context),
});
