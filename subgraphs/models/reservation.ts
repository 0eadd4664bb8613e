import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Beat, BillingStore, Outcome, ReservationRequest, Reserved } from './store/billing.ts';

/** Tokens that are held for one chat until it is settled. */
export interface Reservation {
  /** Completion tokens that may be generated. */
  readonly cap: number;
  /** Aborts, with the StudioError to show, when the reservation is in force no more. */
  readonly revoked: AbortSignal;
  /**
   * Commits that so many completion tokens exist. They may be delivered once it settles.
   * @throws StudioError when the reservation is in force no more; SERVICE_UNAVAILABLE
   */
  record(completionTokens: number): Promise<void>;
  /**
   * Charges what was recorded and, if given, more. The second and later calls do nothing.
   * @throws StudioError SERVICE_UNAVAILABLE; then the end of the lease charges what was recorded
   */
  settle(outcome: Outcome, options: { completionTokens?: number; chargePrompt: boolean }): Promise<void>;
}

/** A third of the lease: two renewals may fail before it runs out. */
const RENEWAL_MS = 5_000;

/** The error that a refused reservation becomes. */
export const refusalOf = (outcome: Exclude<Reserved['outcome'], 'granted'>, retryAfter: number | null): StudioError => {
  switch (outcome) {
    case 'denied':
      return new StudioError(
        'BUDGET_EXCEEDED',
        'Your token budget does not hold this prompt and an answer.',
        retryAfter === null ? {} : { retryAfterSeconds: retryAfter },
      );
    case 'no_quota':
      return new StudioError('BUDGET_EXCEEDED', 'You have not been granted any tokens.');
    case 'inactive':
      return new StudioError('UNAUTHENTICATED', 'Your account is not active.');
    case 'duplicate':
      return new StudioError('CONFLICT', 'A chat with this id was started before.');
  }
};

const errorOf = (beat: Exclude<Beat, 'ok'>): StudioError =>
  beat === 'inactive'
    ? new StudioError('UNAUTHENTICATED', 'Your account was suspended.')
    : new StudioError('TIMEOUT', 'The database could not be reached in time to record tokens.');

/**
 * Holds the prompt and as many completion tokens as the user's budgets allow, and keeps holding them until `settle`.
 * @throws StudioError BUDGET_EXCEEDED, UNAUTHENTICATED, CONFLICT or SERVICE_UNAVAILABLE when nothing is held
 */
export const reserve = async (billing: BillingStore, request: ReservationRequest, log: Log): Promise<Reservation> => {
  const { requestId } = request;
  /** Waits for the database. Why it failed is for the log alone. */
  const recording = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      log.error({ error, chat: requestId }, 'the database recorded no tokens');
      throw new StudioError('SERVICE_UNAVAILABLE', 'The database cannot record tokens at the moment.');
    }
  };

  const { outcome, cap, retryAfter } = await recording(billing.reserve(request));
  if (outcome !== 'granted') throw refusalOf(outcome, retryAfter);

  const revocation = new AbortController();
  let recorded = 0;
  let settled = false;

  const beat = async (completionTokens: number): Promise<void> => {
    const answer = await recording(billing.heartbeat(requestId, completionTokens));
    if (answer === 'ok' || settled) return;
    const error = errorOf(answer);
    revocation.abort(error);
    throw error;
  };
  // While a prompt is read nothing is recorded for long.
  const renewal = setInterval(() => {
    beat(recorded).catch((error: unknown) => log.warn({ error, chat: requestId }, 'a reservation was not renewed'));
  }, RENEWAL_MS);

  return {
    cap,
    revoked: revocation.signal,
    record: async (completionTokens) => {
      await beat(completionTokens);
      recorded = completionTokens;
    },
    settle: async (outcome, { completionTokens = recorded, chargePrompt }) => {
      if (settled) return;
      settled = true;
      clearInterval(renewal);
      const state = await recording(billing.settle(requestId, completionTokens, outcome, chargePrompt));
      // The reaper was quicker: it charged what was recorded last.
      if (state !== outcome) log.warn({ chat: requestId, outcome, state }, 'a chat was closed by another');
    },
  };
};
