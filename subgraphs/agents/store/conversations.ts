import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import type { ConversationMapper } from '../mappers.ts';
import { Instant } from './instant.ts';

/** The most conversations that one user may have. */
export const MAX_CONVERSATIONS = 1_000;

const Conversation = z.object({
  id: z.uuid(),
  title: z.string(),
  ownerId: z.uuid(),
  createdAt: Instant,
  updatedAt: Instant,
  contentBytes: z.int(),
});

const COLUMNS = sql.fragment`
  id, title, owner_id as "ownerId", created_at as "createdAt", updated_at as "updatedAt", content_bytes as "contentBytes"
`;

export const findConversation = (queries: Queries, ownerId: string, id: string): Promise<ConversationMapper | null> =>
  queries.maybeOne(
    sql.type(Conversation)`select ${COLUMNS} from agents.conversations where id = ${id} and owner_id = ${ownerId}`,
  );

/** The latest used first. */
export const conversationsOf = (queries: Queries, ownerId: string): Promise<readonly ConversationMapper[]> =>
  queries.any(
    sql.type(Conversation)`
      select ${COLUMNS} from agents.conversations
      where owner_id = ${ownerId} order by updated_at desc, id limit ${MAX_CONVERSATIONS}
    `,
  );

/** @returns null when the owner has as many as there may be */
export const insertConversation = (
  database: Database,
  ownerId: string,
  title: string,
): Promise<ConversationMapper | null> =>
  database.transaction(async (transaction) => {
    // Counting and inserting are one step for each owner.
    await transaction.query(
      sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`agents.conversations:${ownerId}`}, 0))`,
    );
    return transaction.maybeOne(
      sql.type(Conversation)`
        insert into agents.conversations (owner_id, title)
        select ${ownerId}::uuid, ${title}
        where (select count(*) from agents.conversations where owner_id = ${ownerId}) < ${MAX_CONVERSATIONS}
        returning ${COLUMNS}
      `,
    );
  });

/** @returns whether there was one */
export const deleteConversation = async (queries: Queries, ownerId: string, id: string): Promise<boolean> => {
  const { rowCount } = await queries.query(
    sql.unsafe`delete from agents.conversations where id = ${id} and owner_id = ${ownerId}`,
  );
  return rowCount > 0;
};

/** Removes every conversation of an owner, a few at a time: each may have thousands of messages. */
export const deleteConversationsOf = async (queries: Queries, ownerId: string): Promise<void> => {
  for (;;) {
    const { rowCount } = await queries.query(sql.type(z.object({}))`
      delete from agents.conversations
      where id in (select id from agents.conversations where owner_id = ${ownerId} limit 10)`);
    if (rowCount === 0) return;
  }
};
