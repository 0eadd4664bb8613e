import type { ChangeSetStatus, Hunk } from '../store/change-sets.ts';

export type Decision = NonNullable<Hunk['decision']>;

/** A proposed file, as far as it is decided on. */
export interface Undecided {
  readonly number: number;
  readonly hunks: readonly Hunk[];
}

/** What is wanted; ids are `<file>` for all of a file that is open, or `<file>.<hunk>`, both counted from 1. */
export interface Wish {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  /** What becomes of all that is not named; null: it stays open. */
  readonly rest: Decision | null;
}

export interface Decided<File> {
  readonly file: File;
  /** With all that is decided by now. */
  readonly hunks: readonly Hunk[];
  /** Which of them are to be applied now. */
  readonly accepted: readonly Hunk[];
}

export type Verdict<File> =
  | { readonly outcome: 'decided'; readonly status: ChangeSetStatus; readonly files: readonly Decided<File>[] }
  | { readonly outcome: 'refused'; readonly code: 'BAD_USER_INPUT' | 'CONFLICT'; readonly sentence: string };

const refused = (code: 'BAD_USER_INPUT' | 'CONFLICT', sentence: string): Verdict<never> => ({
  outcome: 'refused',
  code,
  sentence,
});

/** The id of a hunk within its change set. */
export const hunkId = (file: number, index: number): string => `${file}.${index + 1}`;

/** What a change set is once this is decided; it stays proposed as long as anything is open. */
export const statusOf = (hunks: readonly Pick<Hunk, 'decision'>[]): ChangeSetStatus => {
  const accepted = hunks.filter(({ decision }) => decision === 'ACCEPTED').length;
  if (hunks.some(({ decision }) => decision === null)) return 'PROPOSED';
  if (accepted === 0) return 'REJECTED';
  return accepted === hunks.length ? 'APPLIED' : 'PARTLY_APPLIED';
};

/** Decides what becomes of each hunk. What was decided before stays so. */
export const decide = <File extends Undecided>(
  files: readonly File[],
  { accept, reject, rest }: Wish,
): Verdict<File> => {
  const wishes = new Map<string, Decision>();
  for (const [ids, decision] of [
    [accept, 'ACCEPTED'],
    [reject, 'REJECTED'],
  ] as const) {
    for (const id of ids) {
      if ((wishes.get(id) ?? decision) !== decision) return refused('BAD_USER_INPUT', `${id} is named twice.`);
      wishes.set(id, decision);
    }
  }
  const named = new Set(
    files.flatMap(({ number, hunks }) => [String(number), ...hunks.map((_, i) => hunkId(number, i))]),
  );
  const unknown = [...wishes.keys()].find((id) => !named.has(id));
  if (unknown !== undefined) return refused('BAD_USER_INPUT', `The change set has no ${JSON.stringify(unknown)}.`);
  const decided: Decided<File>[] = [];
  for (const file of files) {
    const whole = wishes.get(String(file.number));
    const hunks: Hunk[] = [];
    for (const [index, hunk] of file.hunks.entries()) {
      const own = wishes.get(hunkId(file.number, index));
      if (own !== undefined && (hunk.decision ?? own) !== own) {
        return refused('CONFLICT', `${hunkId(file.number, index)} was decided otherwise.`);
      }
      hunks.push({ ...hunk, decision: hunk.decision ?? own ?? whole ?? rest });
    }
    const accepted = hunks.filter(({ decision }, i) => decision === 'ACCEPTED' && file.hunks[i]?.decision === null);
    decided.push({ file, hunks, accepted });
  }
  return { outcome: 'decided', status: statusOf(decided.flatMap(({ hunks }) => hunks)), files: decided };
};
