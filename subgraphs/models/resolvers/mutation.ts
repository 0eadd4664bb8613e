import type { MutationResolvers } from '#codegen/models.ts';
import { actorOf, recordAudit } from '#mesh/audit.ts';
import { refuse } from '../bounds.ts';
import { askChat } from '../chat-request.ts';
import { askCompletion } from '../completion-request.ts';
import { embed } from '../embeddings.ts';
import { rerank } from '../ranking.ts';
import type { Services } from '../services.ts';
import { managementOf } from './management.ts';
import { remoteOf } from './remote.ts';
import { requestLogOf } from './request-log.ts';

const ofModel = (name: string) => ({ targetKind: 'model', targetId: name });

export const mutationOf = (services: Services): MutationResolvers => {
  /** @throws StudioError BAD_USER_INPUT */
  const refuseRemote = async (name: string): Promise<void> => {
    if (!(await services.remotes.find(name))) return;
    refuse('name', `${name} is served by another machine: there is nothing to load or to unload here.`);
  };
  return {
    ...managementOf(services),
    ...remoteOf(services),
    ...requestLogOf(services).Mutation,
    loadModel: async (_, { name, options }, context) => {
      await refuseRemote(name);
      await services.workers.load(name, options ?? {}, context.signal);
      const details = { ...options };
      await recordAudit(services.database, actorOf(context), { ...ofModel(name), action: 'model.loaded', details });
      return { name };
    },
    unloadModel: async (_, { name }, context) => {
      await refuseRemote(name);
      await services.workers.unload(name);
      await recordAudit(services.database, actorOf(context), { ...ofModel(name), action: 'model.unloaded' });
      return { name };
    },
    chat: (_, { input }, context) => services.chats.complete(askChat(input), context),
    complete: (_, { input }, context) => services.chats.complete(askCompletion(input), context),
    embed: (_, { input }, context) => embed(services.texts, input, context),
    rerank: (_, { input }, context) => rerank(services.texts, input, context),
  };
};
