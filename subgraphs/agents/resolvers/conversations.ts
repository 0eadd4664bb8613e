import type { Resolvers } from '#codegen/agents.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { Conversations } from '../conversations.ts';
import type { MessageLoader } from '../message-loader.ts';

export const conversationResolvers = (conversations: Conversations, messages: MessageLoader): Resolvers => ({
  Query: {
    conversations: async (_, _arguments, context) => [...(await conversations.listOf(callerOf(context)))],
    conversation: (_, { id }, context) => conversations.find(callerOf(context), id),
  },
  Mutation: {
    createConversation: (_, { title }, context) => conversations.create(callerOf(context), title),
    appendMessage: (_, { input }, context) => conversations.append(callerOf(context), input),
    deleteConversation: async (_, { id }, context) => {
      await conversations.remove(callerOf(context), id);
      return true;
    },
  },
  Conversation: {
    __resolveReference: async ({ id }, context) => conversations.find(callerOf(context), id),
    owner: ({ ownerId }) => ({ id: ownerId }),
    messages: (conversation, _arguments, context) => messages.load(context, conversation),
  },
});
