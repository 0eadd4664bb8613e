/** What each user has of something that all share. */
export interface Shares {
  /** Takes one, and answers what gives it back, once; undefined where the user has as many as there may be. */
  take(user: string): (() => void) | undefined;
}

export const createShares = (mostOfOne: number): Shares => {
  const taken = new Map<string, number>();
  return {
    take: (user) => {
      const had = taken.get(user) ?? 0;
      if (had >= mostOfOne) return undefined;
      taken.set(user, had + 1);
      let mine = true;
      return () => {
        if (!mine) return;
        mine = false;
        const left = (taken.get(user) ?? 1) - 1;
        if (left > 0) taken.set(user, left);
        else taken.delete(user);
      };
    },
  };
};
