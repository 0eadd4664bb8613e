/** A process that ran for so long before it ended starts with no history of failures. */
const STABLE_MS = 60_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;

export interface Restart {
  readonly delayMs: number;
  /** Failures in a row, this one included. */
  readonly failures: number;
}

/**
 * Decides when a process that ended is started again: almost at once, then twice as long after each failure in a row.
 * @param failures failures in a row before this one
 * @param ranMs how long it ran
 */
export const nextRestart = (failures: number, ranMs: number): Restart => {
  const earlier = ranMs >= STABLE_MS ? 0 : failures;
  return { delayMs: Math.min(FIRST_DELAY_MS * 2 ** earlier, LONGEST_DELAY_MS), failures: earlier + 1 };
};
