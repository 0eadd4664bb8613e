import type { Hunk } from '../store/change-sets.ts';
import { textOf } from './file-content.ts';
import { edited, editsOf, linesOf, mergeEdits, rangesOf, type Edit } from './hunks.ts';

/** A file of a change set with its contents; null where there is no file. */
export interface Proposal {
  readonly base: Buffer | null;
  readonly proposed: Buffer | null;
}

export type Outcome =
  | { readonly outcome: 'write'; readonly bytes: Buffer }
  | { readonly outcome: 'delete' }
  /** The file is already what it is to be. */
  | { readonly outcome: 'unchanged' }
  /** Somebody else has changed the same. */
  | { readonly outcome: 'conflict' };

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

/** The lines of two contents; null where one of them is no text, so that the file changes as a whole or not at all. */
export const textsOf = ({ base, proposed }: Proposal): { before: string[]; after: string[] } | null => {
  const [before, after] = [base && textOf(base), proposed && textOf(proposed)];
  return before === null || after === null ? null : { before: linesOf(before), after: linesOf(after) };
};

/** Edits of one text as edits of the same text with others made already; all are apart. */
const shifted = (edits: readonly Edit[], made: readonly Edit[]): Edit[] =>
  edits.map((edit) => ({
    ...edit,
    from: made
      .filter(({ from }) => from < edit.from)
      .reduce((at, { count, lines }) => at + lines.length - count, edit.from),
  }));

const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'utf8');

/**
 * Decides what a file becomes when some of its hunks are applied. Where it is not any more what the author had read,
 * both changes are put together if they touch different lines.
 * @param before hunks that were applied earlier
 * @param now hunks to be applied, at least one
 * @param present what the file holds; null where there is none
 * @param timeoutMs how long the two changes may be compared
 */
export const outcomeOf = (
  proposal: Proposal,
  { before, now }: { readonly before: readonly Hunk[]; readonly now: readonly Hunk[] },
  present: Buffer | null,
  timeoutMs: number,
): Outcome => {
  const texts = textsOf(proposal);
  if (!texts) {
    const { base, proposed } = proposal;
    if (isSame(present, proposed)) return { outcome: 'unchanged' };
    if (!isSame(present, base)) return { outcome: 'conflict' };
    return proposed === null ? { outcome: 'delete' } : { outcome: 'write', bytes: proposed };
  }
  const made = editsOf(before, texts.after);
  const ours = shifted(editsOf(now, texts.after), made);
  const left = edited(texts.before, made);
  const wanted = bytesOf(edited(left, ours));
  if (isSame(present, wanted)) return { outcome: 'unchanged' };
  if (isSame(present, bytesOf(left))) return { outcome: 'write', bytes: wanted };
  const text = present && textOf(present);
  if (text === null) return { outcome: 'conflict' };
  const lines = linesOf(text);
  const ranges = rangesOf(left, lines, timeoutMs);
  const merge = ranges ? mergeEdits(ours, editsOf(ranges, lines)) : ({ outcome: 'conflict' } as const);
  if (merge.outcome === 'conflict') return merge;
  const bytes = bytesOf(edited(left, merge.edits));
  return isSame(present, bytes) ? { outcome: 'unchanged' } : { outcome: 'write', bytes };
};
