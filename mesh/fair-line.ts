/** Those who wait: each user's in the order of asking, and one of each user in turn. */
export interface FairLine<T> {
  /** Whether it is let in: neither the line nor this user's part of it is full. */
  join(user: string, waiting: T): boolean;
  /**
   * Takes out whose turn it is.
   * @param mayGo says of a user whether it may be; who may not keeps the place in the line
   */
  next(mayGo?: (user: string) => boolean): T | undefined;
  /** Whether it was in the line. */
  leave(user: string, waiting: T): boolean;
  readonly size: number;
  /** Empties the line and answers who was in it. */
  clear(): readonly T[];
}

/**
 * @param most how many may wait
 * @param mostOfOne how many of one user
 */
export const createFairLine = <T>(most: number, mostOfOne: number): FairLine<T> => {
  /** Nobody's part is empty, and the first one's turn is next. */
  const parts = new Map<string, Set<T>>();
  let size = 0;

  const take = (user: string, part: Set<T>, waiting: T): boolean => {
    if (!part.delete(waiting)) return false;
    size -= 1;
    if (part.size === 0) parts.delete(user);
    return true;
  };

  return {
    join: (user, waiting) => {
      const part = parts.get(user) ?? new Set();
      if (size >= most || part.size >= mostOfOne) return false;
      parts.set(user, part.add(waiting));
      size += 1;
      return true;
    },
    next: (mayGo = () => true) => {
      const turn = parts.entries().find(([user]) => mayGo(user));
      if (!turn) return undefined;
      const [user, part] = turn;
      const [waiting] = part;
      if (waiting === undefined) return undefined;
      take(user, part, waiting);
      // To the end, behind everyone else's.
      if (parts.delete(user)) parts.set(user, part);
      return waiting;
    },
    leave: (user, waiting) => {
      const part = parts.get(user);
      return part !== undefined && take(user, part, waiting);
    },
    get size() {
      return size;
    },
    clear: () => {
      const all = Array.from(parts.values(), (part) => [...part]).flat();
      parts.clear();
      size = 0;
      return all;
    },
  };
};
