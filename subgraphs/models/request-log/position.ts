import { refuse } from '../bounds.ts';
import type { RequestPosition, StoredRequest } from '../store/request-log.ts';

/** The id of a request in the log: where it stands in it. */
export const idOf = ({ at, id }: StoredRequest): string => `${Date.parse(at)}-${id}`;

/**
 * Where the request of an id stands in the log; null for none.
 * @throws StudioError BAD_USER_INPUT when the argument is no such id
 */
export const positionOf = (argument: string, id: string | null | undefined): RequestPosition | null => {
  if (id === null || id === undefined) return null;
  const [, milliseconds, number] = /^(\d{1,13})-(\d{1,18})$/.exec(id) ?? [];
  if (milliseconds === undefined || number === undefined) {
    return refuse(argument, `${argument} must be the id of a request in the log.`);
  }
  return { at: new Date(Number(milliseconds)).toISOString(), id: BigInt(number) };
};
