import type { QueryResolvers } from '#codegen/models.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { readMessages } from '../chat-messages.ts';
import { readText } from '../completion-request.ts';
import { chatWithDefaults } from '../model-settings.ts';
import type { Services } from '../services.ts';

/** What a model makes of texts, without an answer and without a bill. */
export const tokensOf = ({ serving, doors }: Services): Required<Pick<QueryResolvers, 'tokenize' | 'countTokens'>> => {
  return {
    tokenize: async (_, { model, text }, context) => {
      await doors.enter(model, callerOf(context));
      const read = readText('text', text);
      const loaded = await serving.use(model, 'CHAT', context.signal);
      const tokens = await loaded.tokenize(read, context.signal);
      return { tokens: [...tokens], count: tokens.length };
    },
    countTokens: async (_, { model, messages }, context) => {
      const inForce = await doors.enter(model, callerOf(context));
      const { messages: all } = chatWithDefaults({ model, messages }, inForce);
      const turns = readMessages(all);
      const loaded = await serving.use(model, 'CHAT', context.signal);
      return loaded.count({ kind: 'chat', turns, tools: [] }, context.signal);
    },
  };
};
