import type { SubscriptionResolvers } from '#codegen/models.ts';
import { askChat } from '../chat-request.ts';
import type { ChatItem } from '../chat.ts';
import { askCompletion } from '../completion-request.ts';
import type { ChatEventMapper } from '../mappers.ts';
import { endable } from '#mesh/endable.ts';
import type { Services } from '../services.ts';

// Thrown here and not by the stream, a failure becomes an ordinary GraphQL error of this field.
const eventOf = (item: ChatItem): ChatEventMapper => {
  if (item.outcome === 'failed') throw item.error;
  return item.event;
};

export const subscriptionOf = ({ chats, changes }: Services): SubscriptionResolvers => ({
  chat: {
    subscribe: (_, { input }, context) => chats.stream(askChat(input), context),
    resolve: eventOf,
  },
  complete: {
    subscribe: (_, { input }, context) => chats.stream(askCompletion(input), context),
    resolve: eventOf,
  },
  modelEvents: {
    subscribe: (_parent, _args, { signal, log }) =>
      endable(
        (until) => changes.follow(until),
        signal,
        (error) => log.error({ error }, 'a stream of model events ended badly'),
      ),
    resolve: (name: string) => ({ name }),
  },
});
