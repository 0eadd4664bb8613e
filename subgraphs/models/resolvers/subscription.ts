import type { SubscriptionResolvers } from '#codegen/models.ts';
import { askChat } from '../chat-request.ts';
import type { ChatItem } from '../chat.ts';
import { askCompletion } from '../completion-request.ts';
import type { ChatEventMapper } from '../mappers.ts';
import { endable } from '#mesh/endable.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { isShown } from '../model-settings.ts';
import type { Services } from '../services.ts';

// Thrown here and not by the stream, a failure becomes an ordinary GraphQL error of this field.
const eventOf = (item: ChatItem): ChatEventMapper => {
  if (item.outcome === 'failed') throw item.error;
  return item.event;
};

export const subscriptionOf = ({ chats, changes, settings }: Services): SubscriptionResolvers => {
  const shownTo = async function* (caller: Caller, names: AsyncIterable<string>): AsyncGenerator<string, void> {
    for await (const name of names) if (isShown(await settings.of(name), caller)) yield name;
  };
  return {
    chat: {
      subscribe: (_, { input }, context) => chats.stream(askChat(input), context),
      resolve: eventOf,
    },
    complete: {
      subscribe: (_, { input }, context) => chats.stream(askCompletion(input), context),
      resolve: eventOf,
    },
    modelEvents: {
      subscribe: (_parent, _args, context) =>
        endable(
          (until) => shownTo(callerOf(context), changes.follow(until)),
          context.signal,
          (error) => context.log.error({ error }, 'a stream of model events ended badly'),
        ),
      resolve: (name: string) => ({ name }),
    },
  };
};
