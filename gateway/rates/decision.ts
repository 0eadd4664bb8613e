import { StudioError } from '#mesh/errors.ts';

interface Standing {
  readonly limit: number;
  /** Points left in this window. */
  readonly remaining: number;
  /** Seconds until the window is over and all points are back. */
  readonly resetSeconds: number;
}

export type RateDecision =
  | ({ readonly outcome: 'within' } & Standing)
  | ({ readonly outcome: 'over'; readonly retryAfterSeconds: number } & Standing);

/** What a window holds once the points in question are taken. */
export interface Window {
  readonly consumed: number;
  readonly msToReset: number;
}

/**
 * Decides whether points may be taken.
 * @param taken the points in question, which `consumed` contains
 */
export const decideRate = ({ consumed, msToReset }: Window, taken: number, limit: number): RateDecision => {
  const resetSeconds = Math.max(1, Math.ceil(msToReset / 1_000));
  const left = (used: number): number => Math.min(limit, Math.max(0, limit - used));
  if (consumed <= limit) return { outcome: 'within', limit, remaining: left(consumed), resetSeconds };
  // What is refused costs nothing, so that something smaller may still pass.
  return {
    outcome: 'over',
    limit,
    remaining: left(consumed - taken),
    resetSeconds,
    retryAfterSeconds: resetSeconds,
  };
};

/** The fields of the IETF's draft `RateLimit header fields for HTTP`. */
export const rateHeaders = ({ limit, remaining, resetSeconds }: RateDecision): Readonly<Record<string, string>> => ({
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': String(resetSeconds),
});

/** The error for what is over its limit. */
export const rateError = (decision: RateDecision, sentence?: string): StudioError | undefined =>
  decision.outcome === 'over'
    ? new StudioError('RATE_LIMITED', sentence, { retryAfterSeconds: decision.retryAfterSeconds })
    : undefined;
