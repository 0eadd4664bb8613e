/** How one server of a model does, as pure decisions. */

export interface Health {
  /** Failures since it last answered. */
  readonly failures: number;
  /** Null while it is asked like any other; else when it may be tried again, in milliseconds of `performance.now()`. */
  readonly retryAt: number | null;
  /** What went wrong last, as a part of a sentence; null since it has answered. */
  readonly reason: string | null;
  /** When it was last heard of, likewise; null: never. */
  readonly heardAt: number | null;
}

export const UNKNOWN: Health = { failures: 0, retryAt: null, reason: null, heardAt: null };

/**
 * - `gone`: it cannot be reached, or used as it is set up
 * - `failed`: it did not answer one request, which may be the request's doing
 */
export type Failure = 'gone' | 'failed';

const MOST_FAILED = 3;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** One that answers is asked how it does when nobody has heard of it for so long. */
const SILENT_MS = 30_000;

const waitAfter = (failures: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT_MS);

export const afterAnswer = (now: number): Health => ({ failures: 0, retryAt: null, reason: null, heardAt: now });

export const afterFailure = (health: Health, failure: Failure, reason: string, now: number): Health => {
  const failures = health.failures + 1;
  const rests = failure === 'gone' || health.retryAt !== null || failures >= MOST_FAILED;
  return { failures, retryAt: rests ? now + waitAfter(failures) : null, reason, heardAt: now };
};

/** Somebody tries one that rests; whoever comes meanwhile does not. */
export const afterTrial = (health: Health, now: number): Health => ({
  ...health,
  retryAt: now + waitAfter(health.failures),
});

/** Whether it is time to ask how it does. */
export const isDue = ({ retryAt, heardAt }: Health, now: number): boolean =>
  retryAt === null ? heardAt === null || now - heardAt >= SILENT_MS : now >= retryAt;

export type Choice<T> =
  /** `trial`: it rested; what becomes of this request decides whether it comes back. */
  | { readonly choice: 'server'; readonly server: T; readonly trial: boolean }
  | { readonly choice: 'full' }
  /** @property seconds until the first of them may be tried */
  | { readonly choice: 'none'; readonly seconds: number };

interface Candidate {
  readonly health: Health;
  /** Requests that it works on. */
  readonly busy: number;
}

/** The least busy of those that answer, else one whose rest is over. */
export const chooseServer = <T extends Candidate>(servers: readonly T[], most: number, now: number): Choice<T> => {
  const least = (some: readonly T[]): T | undefined => some.toSorted((one, other) => one.busy - other.busy)[0];
  const answering = servers.filter(({ health }) => health.retryAt === null);
  const server = least(answering.filter(({ busy }) => busy < most));
  if (server) return { choice: 'server', server, trial: false };
  const rested = least(servers.filter(({ health }) => health.retryAt !== null && now >= health.retryAt));
  if (rested) return { choice: 'server', server: rested, trial: true };
  if (answering.length > 0) return { choice: 'full' };
  const next = Math.min(...servers.map(({ health }) => health.retryAt ?? now));
  return { choice: 'none', seconds: servers.length === 0 ? 1 : Math.max(1, Math.ceil((next - now) / 1_000)) };
};
