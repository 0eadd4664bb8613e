/** How a step of `devstudio test` ended. A step that is no test run counts as one test. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What a person needs to mend it; empty when nothing failed. */
  readonly report: string;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

/** One check that either holds or does not. */
export const verdict = (passed: boolean, report: string): StepResult => ({
  passed: passed ? 1 : 0,
  failed: passed ? 0 : 1,
  skipped: 0,
  report: passed ? '' : report.trim(),
});

/** A step that could not do its work: one failure, whatever it would have counted. */
export const broken = (report: string): StepResult => verdict(false, report);

export const total = (results: readonly StepResult[]): Omit<StepResult, 'report'> => ({
  passed: results.reduce((sum, { passed }) => sum + passed, 0),
  failed: results.reduce((sum, { failed }) => sum + failed, 0),
  skipped: results.reduce((sum, { skipped }) => sum + skipped, 0),
});

/** The last line of a whole run. */
export const summary = (results: readonly StepResult[]): string => {
  const { passed, failed, skipped } = total(results);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
};
