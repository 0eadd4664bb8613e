import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { ConversationMapper, MessageMapper } from './mappers.ts';
import {
  conversationsOf,
  deleteConversation,
  findConversation,
  insertConversation,
  MAX_CONVERSATIONS,
} from './store/conversations.ts';
import { insertMessage, MAX_CONTENT_BYTES, MAX_MESSAGES } from './store/messages.ts';
import { parseContent, parseTitle, type TextVerdict } from './text.ts';

/** Conversations, each its owner's alone: not even an admin reads another's. */
export interface Conversations {
  /** The latest used first. */
  listOf(caller: Caller): Promise<readonly ConversationMapper[]>;
  /** @throws StudioError NOT_FOUND */
  find(caller: Caller, id: string): Promise<ConversationMapper>;
  /** @throws StudioError BAD_USER_INPUT, LIMIT_REACHED */
  create(caller: Caller, title: string): Promise<ConversationMapper>;
  /** @throws StudioError BAD_USER_INPUT, NOT_FOUND, LIMIT_REACHED */
  append(
    caller: Caller,
    message: { conversationId: string; role: MessageMapper['role']; content: string },
  ): Promise<MessageMapper>;
  /** Removes a conversation with its messages. @throws StudioError NOT_FOUND */
  remove(caller: Caller, id: string): Promise<void>;
}

const notFound = (): StudioError => new StudioError('NOT_FOUND', 'There is no such conversation, or it is not yours.');

const textOf = (verdict: TextVerdict, argument: string): string => {
  if (verdict.outcome === 'refused') {
    throw new StudioError('BAD_USER_INPUT', `The ${argument} ${verdict.reason}.`, { argument });
  }
  return verdict.text;
};

/** An id that is no UUID names nothing. */
const checkId = (id: string): void => {
  if (!z.uuid().safeParse(id).success) throw notFound();
};

export const createConversations = (database: Database): Conversations => {
  const find = async (caller: Caller, id: string): Promise<ConversationMapper> => {
    checkId(id);
    const conversation = await findConversation(database, caller.userId, id);
    if (!conversation) throw notFound();
    return conversation;
  };

  return {
    listOf: (caller) => conversationsOf(database, caller.userId),
    find,
    create: async (caller, title) => {
      const conversation = await insertConversation(database, caller.userId, textOf(parseTitle(title), 'title'));
      if (!conversation) {
        throw new StudioError('LIMIT_REACHED', `You have ${MAX_CONVERSATIONS} conversations, the most there may be.`);
      }
      return conversation;
    },
    append: async (caller, { conversationId, role, content }) => {
      const text = textOf(parseContent(content), 'content');
      checkId(conversationId);
      const message = await insertMessage(database, caller.userId, { conversationId, role, content: text });
      if (message) return message;
      // Not added: either it is not the caller's, which this finds out, or it is full.
      await find(caller, conversationId);
      throw new StudioError(
        'LIMIT_REACHED',
        `A conversation holds at most ${MAX_MESSAGES} messages of ${MAX_CONTENT_BYTES} bytes together.`,
      );
    },
    remove: async (caller, id) => {
      checkId(id);
      if (!(await deleteConversation(database, caller.userId, id))) throw notFound();
    },
  };
};
