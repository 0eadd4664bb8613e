/** What to do with a message of somebody who types. */
export type Verdict =
  | { readonly outcome: 'next' }
  /** It was taken before, as were all up to `last`. */
  | { readonly outcome: 'repeated'; readonly last: number }
  /** One before it has not come. */
  | { readonly outcome: 'early'; readonly next: number };

/** Whoever types numbers the messages from 1 on, so that one that is sent again is taken once. */
export interface Numbering {
  verdict(writer: string, sequence: number): Verdict;
  /** The message that was next has been taken. */
  took(writer: string): void;
}

/** Tabs and programs that type into one terminal; the one that was silent longest is forgotten. */
const MAX_WRITERS = 32;

export const createNumbering = (): Numbering => {
  const taken = new Map<string, number>();
  return {
    verdict: (writer, sequence) => {
      const last = taken.get(writer) ?? 0;
      if (sequence <= last) return { outcome: 'repeated', last };
      return sequence === last + 1 ? { outcome: 'next' } : { outcome: 'early', next: last + 1 };
    },
    took: (writer) => {
      const last = taken.get(writer) ?? 0;
      taken.delete(writer);
      taken.set(writer, last + 1);
      const [oldest] = taken.keys();
      if (taken.size > MAX_WRITERS && oldest !== undefined) taken.delete(oldest);
    },
  };
};
