import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import type { MessageMapper } from '../mappers.ts';
import { Instant } from './instant.ts';

/** The bounds of one conversation; the table's own checks hold them too. */
export const MAX_MESSAGES = 2_000;
export const MAX_CONTENT_BYTES = 8_388_608;

const Message = z.object({
  id: z.uuid(),
  role: z.enum(['USER', 'ASSISTANT']),
  content: z.string(),
  createdAt: Instant,
});

/**
 * Adds a message at the end of one of the owner's conversations; the row lock of the conversation orders appends that
 * come at once.
 * @returns null when there is no such conversation, or no room in it
 */
export const insertMessage = (
  queries: Queries,
  ownerId: string,
  message: { conversationId: string; role: MessageMapper['role']; content: string },
): Promise<MessageMapper | null> => {
  const bytes = Buffer.byteLength(message.content);
  return queries.maybeOne(
    sql.type(Message)`
      with conversation as (
        update agents.conversations
        set updated_at = clock_timestamp(), message_count = message_count + 1, content_bytes = content_bytes + ${bytes}
        where id = ${message.conversationId} and owner_id = ${ownerId}
          and message_count < ${MAX_MESSAGES} and content_bytes + ${bytes} <= ${MAX_CONTENT_BYTES}
        returning id, message_count
      )
      insert into agents.messages (conversation_id, position, role, content)
      select id, message_count, ${message.role}, ${message.content} from conversation
      returning id, role, content, created_at as "createdAt"
    `,
  );
};

/** The messages of several conversations in one question, oldest first, by conversation. */
export const messagesOf = async (
  queries: Queries,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, MessageMapper[]>> => {
  const rows = await queries.any(
    sql.type(Message.extend({ conversationId: z.uuid() }))`
      select id, role, content, created_at as "createdAt", conversation_id as "conversationId"
      from agents.messages
      where conversation_id = any(${sql.array(conversationIds, 'uuid')})
      order by conversation_id, position
    `,
  );
  const byConversation = new Map<string, MessageMapper[]>();
  for (const { conversationId, ...message } of rows) {
    const list = byConversation.get(conversationId);
    if (list) list.push(message);
    else byConversation.set(conversationId, [message]);
  }
  return byConversation;
};
