/** The life of one model, as pure decisions. */

export interface ModelState {
  readonly status: 'AVAILABLE' | 'LOADING' | 'LOADED' | 'CRASHED';
  /** Why the last load or run failed; null after one that did not. */
  readonly lastError: string | null;
  /** Failures since it last answered a chat. */
  readonly failures: number;
  /** Until then it is not started by itself, in milliseconds since 1970. */
  readonly retryAt: number;
}

export type ModelHappening =
  | { readonly type: 'load began' }
  | { readonly type: 'loaded' }
  /** The worker says why the model cannot be loaded. */
  | { readonly type: 'load failed'; readonly reason: string }
  /** The worker ended by itself, while it loaded or later. */
  | { readonly type: 'crashed'; readonly reason: string }
  | { readonly type: 'unloaded' }
  | { readonly type: 'answered' };

export const INITIAL_STATE: ModelState = { status: 'AVAILABLE', lastError: null, failures: 0, retryAt: 0 };

/** So many failures in a row are met with a fresh start at once; from then on each start waits longer. */
const FREE_FAILURES = 2;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

/** How long the next start waits after so many failures in a row, in milliseconds. */
export const waitAfter = (failures: number): number =>
  failures <= FREE_FAILURES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - FREE_FAILURES - 1), LONGEST_WAIT_MS);

const failed = (state: ModelState, status: 'AVAILABLE' | 'CRASHED', reason: string, now: number): ModelState => {
  const failures = state.failures + 1;
  return { status, lastError: reason, failures, retryAt: now + waitAfter(failures) };
};

/** The state after something has happened. */
export const after = (state: ModelState, happening: ModelHappening, now: number): ModelState => {
  switch (happening.type) {
    case 'load began':
      return { ...state, status: 'LOADING' };
    case 'loaded':
      return { ...state, status: 'LOADED', lastError: null };
    case 'load failed':
      return failed(state, 'AVAILABLE', happening.reason, now);
    case 'crashed':
      return failed(state, 'CRASHED', happening.reason, now);
    case 'unloaded':
      return INITIAL_STATE;
    case 'answered':
      return state.failures === 0 ? state : { ...state, failures: 0, retryAt: 0 };
  }
};

export type StartDecision =
  | { readonly decision: 'start' }
  | { readonly decision: 'wait'; readonly seconds: number; readonly reason: string };

/** Whether a model that is not in memory may be started for a chat. An admin may start it always. */
export const decideStart = (state: ModelState, now: number): StartDecision =>
  now >= state.retryAt
    ? { decision: 'start' }
    : {
        decision: 'wait',
        seconds: Math.max(1, Math.ceil((state.retryAt - now) / 1_000)),
        reason: state.lastError ?? 'it failed',
      };
