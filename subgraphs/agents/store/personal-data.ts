import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { Instant } from './instant.ts';

const PAGE_BYTES = 2 * 1_048_576;
const PAGE_ROWS = 1_000;

const Row = z.object({
  conversationId: z.uuid(),
  title: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  /** 0 and nulls: a conversation without messages. */
  position: z.int(),
  role: z.string().nullable(),
  content: z.string().nullable(),
  at: Instant.nullable(),
});
export type PersonalRow = z.infer<typeof Row>;

/**
 * The next messages of an owner, each with its conversation, in the order of the conversations' ids; one at least, where
 * there is one, and together about 2 MiB. Empty at the end.
 */
export const personalRowsAfter = (
  queries: Queries,
  ownerId: string,
  after: { readonly conversationId: string; readonly position: number },
): Promise<readonly PersonalRow[]> =>
  queries.any(sql.type(Row)`
    select "conversationId", title, "createdAt", "updatedAt", position, role, content, at
    from (
      select *, coalesce(sum(octet_length(content)) over (
        order by "conversationId", position rows between unbounded preceding and 1 preceding), 0) as before
      from (
        select c.id as "conversationId", c.title, c.created_at as "createdAt", c.updated_at as "updatedAt",
          coalesce(m.position, 0) as position, m.role, m.content, m.created_at as at
        from agents.conversations c left join agents.messages m on m.conversation_id = c.id
        where c.owner_id = ${ownerId} and c.id >= ${after.conversationId}::uuid
          and (c.id, coalesce(m.position, 0)) > (${after.conversationId}::uuid, ${after.position}::integer)
        order by c.id, coalesce(m.position, 0) limit ${PAGE_ROWS}
      ) page
    ) counted
    where before < ${PAGE_BYTES}
    order by "conversationId", position`);
