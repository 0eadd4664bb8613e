import { diffArrays } from 'diff';

/** The lines of a text, each with its end; put together they are the text again, byte for byte. */
export const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/));

/** So many lines from one index on, counted from 0, that become so many lines of the other text. */
export interface Range {
  readonly from: number;
  readonly count: number;
  readonly to: number;
  readonly toCount: number;
}

/** Lines that take the place of `count` lines from `from` on. */
export interface Edit {
  readonly from: number;
  readonly count: number;
  readonly lines: readonly string[];
}

/**
 * Where two texts differ, in order; between two ranges there is at least one line that both have.
 * @param timeoutMs how long may be looked
 * @returns null when that was not long enough
 */
export const rangesOf = (before: string[], after: string[], timeoutMs: number): Range[] | null => {
  const parts = diffArrays(before, after, { timeout: Math.max(1, timeoutMs) });
  if (!parts) return null;
  const ranges: Range[] = [];
  let [from, to] = [0, 0];
  let open: { from: number; count: number; to: number; toCount: number } | null = null;
  for (const { added, removed, count } of parts) {
    if (added || removed) {
      if (!open) ranges.push((open = { from, count: 0, to, toCount: 0 }));
      if (removed) open.count += count;
      else open.toCount += count;
    } else open = null;
    if (!added) from += count;
    if (!removed) to += count;
  }
  return ranges;
};

/** What ranges make of a text, as edits of it. */
export const editsOf = (ranges: readonly Range[], after: readonly string[]): Edit[] =>
  ranges.map(({ from, count, to, toCount }) => ({ from, count, lines: after.slice(to, to + toCount) }));

/** A text with edits made; they are in order and apart. */
export const edited = (lines: readonly string[], edits: readonly Edit[]): string[] => {
  const parts: (readonly string[])[] = [];
  let at = 0;
  for (const { from, count, lines: instead } of edits) {
    parts.push(lines.slice(at, from), instead);
    at = from + count;
  }
  return [...parts, lines.slice(at)].flat();
};

export type Merge =
  | { readonly outcome: 'clean'; readonly edits: readonly Edit[] }
  /** Both changed the same lines, or lines side by side, each in another way. */
  | { readonly outcome: 'conflict' };

const isSame = (one: Edit, other: Edit): boolean =>
  one.from === other.from &&
  one.count === other.count &&
  one.lines.length === other.lines.length &&
  one.lines.every((line, index) => line === other.lines[index]);

const touch = (one: Edit, other: Edit): boolean =>
  one.from <= other.from + other.count && other.from <= one.from + one.count;

/** Decides whether two lots of edits of one text go together; what both do is done once. */
export const mergeEdits = (ours: readonly Edit[], theirs: readonly Edit[]): Merge => {
  const merged: Edit[] = [];
  let [our, their] = [0, 0];
  for (;;) {
    const [one, other] = [ours[our], theirs[their]];
    if (one && other && isSame(one, other)) {
      merged.push(one);
      our += 1;
      their += 1;
    } else if (one && other && touch(one, other)) return { outcome: 'conflict' };
    else if (one && (!other || one.from < other.from)) {
      merged.push(one);
      our += 1;
    } else if (other) {
      merged.push(other);
      their += 1;
    } else return { outcome: 'clean', edits: merged };
  }
};
