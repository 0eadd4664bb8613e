import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';
import { idOf, positionOf } from './request-log/position.ts';
import { findRequests, type StoredRequest } from './store/request-log.ts';

/** A request is kept with up to 32 KiB of texts. */
const PAGE = 100;
const Id = z.uuid();
const EVERYTHING = { model: null, outcome: null, errorCode: null, from: null, to: null };

/** All that is kept of a request, but its place in the log. */
type Item = Omit<StoredRequest, 'id'>;

/** A part of what this service keeps about a person. */
export interface RequestData {
  readonly items: Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

const keptOf = (request: StoredRequest): Item => {
  const { id: _, ...kept } = request;
  return kept;
};

/**
 * One page of a person's requests to models, newest first.
 * @param after the `next` of the page before; null for the first
 * @throws StudioError BAD_USER_INPUT when `after` is no such place
 */
export const requestDataOf = async (
  queries: Queries,
  userId: string,
  after: string | null | undefined,
): Promise<RequestData> => {
  // Nobody stands under an id that is none.
  if (!Id.safeParse(userId).success) return { items: [], next: null };
  const requests = await findRequests(queries, { ...EVERYTHING, userId }, positionOf('after', after), PAGE);
  const last = requests.at(-1);
  return {
    items: requests.map(keptOf),
    next: last && requests.length === PAGE ? idOf(last) : null,
  };
};
