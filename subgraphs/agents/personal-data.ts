import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { personalRowsAfter, type PersonalRow } from './store/personal-data.ts';

type Item =
  | {
      readonly kind: 'conversation';
      readonly id: string;
      readonly title: string;
      readonly createdAt: string;
      readonly updatedAt: string;
    }
  | {
      readonly kind: 'message';
      readonly conversationId: string;
      readonly role: string;
      readonly content: string;
      readonly createdAt: string;
    };

/** A part of what this service keeps about a person. */
export interface ConversationData {
  readonly items: Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** The last row that was answered: `<conversation>/<position>`. */
const Place = z
  .templateLiteral([z.uuid(), '/', z.int().min(-1)])
  .transform((text) => ({ conversationId: text.slice(0, 36), position: Number(text.slice(37)) }));
const BEGIN = { conversationId: '00000000-0000-0000-0000-000000000000', position: -1 };

const itemsOf = (rows: readonly PersonalRow[], begun: string): Item[] => {
  let current = begun;
  return rows.flatMap((row): Item[] => {
    const { conversationId, title, createdAt, updatedAt, role, content, at } = row;
    const isNew = conversationId !== current;
    current = conversationId;
    return [
      ...(isNew ? [{ kind: 'conversation' as const, id: conversationId, title, createdAt, updatedAt }] : []),
      ...(role !== null && content !== null && at !== null
        ? [{ kind: 'message' as const, conversationId, role, content, createdAt: at }]
        : []),
    ];
  });
};

/**
 * One page of a person's conversations and messages.
 * @param after the `next` of the page before; null for the first
 * @throws StudioError BAD_USER_INPUT when `after` is no such place
 */
export const conversationDataOf = async (
  queries: Queries,
  userId: string,
  after: string | null,
): Promise<ConversationData> => {
  const place = after === null ? { success: true, data: BEGIN } : Place.safeParse(after);
  if (!place.data) {
    throw new StudioError('BAD_USER_INPUT', 'after is the `next` of another page.', { argument: 'after' });
  }
  const rows = await personalRowsAfter(queries, userId, place.data);
  const last = rows.at(-1);
  return {
    items: itemsOf(rows, place.data.conversationId),
    next: last ? `${last.conversationId}/${last.position}` : null,
  };
};
