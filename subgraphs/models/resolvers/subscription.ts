import type { SubscriptionResolvers } from '#codegen/models.ts';
import type { ChatItem } from '../chat.ts';
import { endable } from '#mesh/endable.ts';
import type { Services } from '../services.ts';

export const subscriptionOf = ({ chats, changes }: Services): SubscriptionResolvers => ({
  chat: {
    subscribe: (_, { input }, context) => chats.stream(input, context),
    // Thrown here and not by the stream, a failure becomes an ordinary GraphQL error of this field.
    resolve: (item: ChatItem) => {
      if (item.outcome === 'failed') throw item.error;
      return item.event;
    },
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
