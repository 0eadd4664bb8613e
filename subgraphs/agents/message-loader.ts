import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { ConversationMapper, MessageMapper } from './mappers.ts';
import { MAX_CONTENT_BYTES, messagesOf } from './store/messages.ts';

/** Reads the messages of conversations, all that one request asks for in one question to the database. */
export interface MessageLoader {
  /**
   * @param request an object that lives as long as the request
   * @throws StudioError DOCUMENT_TOO_LARGE when one request asks for more than the longest conversation holds
   */
  load(request: object, conversation: Pick<ConversationMapper, 'id' | 'contentBytes'>): Promise<MessageMapper[]>;
}

interface Batch {
  readonly ids: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, MessageMapper[]>>;
}

export const createMessageLoader = (database: Database): MessageLoader => {
  const asked = new WeakMap<object, number>();
  const open = new WeakMap<object, Batch>();

  const batchOf = (request: object): Batch => {
    const present = open.get(request);
    if (present) return present;
    const ids = new Set<string>();
    // GraphQL resolves the whole list in one turn of the event loop; the batch is closed after it.
    const closed = new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    const answer = closed.then(() => {
      open.delete(request);
      return messagesOf(database, [...ids]);
    });
    const batch = { ids, answer };
    open.set(request, batch);
    return batch;
  };

  return {
    load: async (request, { id, contentBytes }) => {
      const sum = (asked.get(request) ?? 0) + contentBytes;
      if (sum > MAX_CONTENT_BYTES) {
        throw new StudioError(
          'DOCUMENT_TOO_LARGE',
          `One request reads at most ${MAX_CONTENT_BYTES} bytes of messages: ask for fewer conversations.`,
        );
      }
      asked.set(request, sum);
      const batch = batchOf(request);
      batch.ids.add(id);
      return (await batch.answer).get(id) ?? [];
    },
  };
};
