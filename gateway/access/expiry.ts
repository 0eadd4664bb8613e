/** Seconds by which the clocks of a client and ours may differ. */
export const CLOCK_TOLERANCE = 5;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `end` when a credential is no longer taken.
 * @param expiresAt milliseconds since 1970
 * @returns forgets about it
 */
export const atExpiry = (expiresAt: number, end: () => void): (() => void) => {
  const rest = Math.min(expiresAt + CLOCK_TOLERANCE * 1_000 - Date.now(), LONGEST_TIMER_MS);
  const timer = setTimeout(end, rest);
  return () => clearTimeout(timer);
};
