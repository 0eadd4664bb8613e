/** What a check found. */
export interface Finding {
  readonly what: string;
  /** `missing` keeps the studio from starting; `reduced` takes a part of it away. */
  readonly state: 'ok' | 'reduced' | 'missing';
  /** What was found, in a few words. */
  readonly detail: string;
  /** What to do about it; the empty string when all is well. */
  readonly mend: string;
}

export const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail, mend: '' });
export const reduced = (what: string, detail: string, mend: string): Finding => ({
  what,
  state: 'reduced',
  detail,
  mend,
});
export const missing = (what: string, detail: string, mend: string): Finding => ({
  what,
  state: 'missing',
  detail,
  mend,
});

/** Whether the studio can start. */
export const canStart = (findings: readonly Finding[]): boolean => findings.every(({ state }) => state !== 'missing');

/** The findings as lines for a person, the mend under each that needs one. */
export const asText = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.flatMap(({ what, state, detail, mend }) => {
    const line = `${state.padEnd(7)}  ${what.padEnd(width)}  ${detail}`;
    return mend === '' ? [line] : [line, `${' '.repeat(9 + width)}  → ${mend}`];
  });
  const count = findings.filter(({ state }) => state === 'missing').length;
  const verdict =
    count === 0
      ? 'The studio can start here.'
      : `The studio cannot start here: ${count} thing${count === 1 ? ' is' : 's are'} missing.`;
  return [...lines, '', verdict].join('\n');
};
