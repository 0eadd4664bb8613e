import type { QueryResolvers } from '#codegen/models.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import { readMessages } from '../chat-messages.ts';
import { readText } from '../completion-request.ts';
import { allow, chatWithDefaults } from '../model-settings.ts';
import type { Services } from '../services.ts';
import type { ModelSettings } from '../store/settings.ts';

/** What a model makes of texts, without an answer and without a bill. */
export const tokensOf = ({
  serving,
  settings,
}: Services): Required<Pick<QueryResolvers, 'tokenize' | 'countTokens'>> => {
  const allowed = async (model: string, context: RequestContext): Promise<ModelSettings> => {
    const inForce = await settings.of(model);
    allow(model, inForce, callerOf(context));
    return inForce;
  };
  return {
    tokenize: async (_, { model, text }, context) => {
      await allowed(model, context);
      const read = readText('text', text);
      const loaded = await serving.use(model, 'CHAT', context.signal);
      const tokens = await loaded.tokenize(read, context.signal);
      return { tokens: [...tokens], count: tokens.length };
    },
    countTokens: async (_, { model, messages }, context) => {
      const { messages: all } = chatWithDefaults({ model, messages }, await allowed(model, context));
      const turns = readMessages(all);
      const loaded = await serving.use(model, 'CHAT', context.signal);
      return loaded.count({ kind: 'chat', turns, tools: [] }, context.signal);
    },
  };
};
