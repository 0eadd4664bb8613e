import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Beat, BillingStore, Limit, Outcome, ReservationRequest, Reserved } from './store/billing.ts';

/** Tokens that are held for one chat, or the texts of one request, until it is settled. */
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
  /** Completion tokens that were committed so far. */
  recorded(): number;
  /**
   * Charges what was recorded and, if given, more, which is recorded first: so a settlement only repeats what is on the
   * disk already. The second and later calls do nothing.
   * @param options.promptTokens where the prompt turned out to have fewer than are held
   * @throws StudioError when the reservation is in force no more; SERVICE_UNAVAILABLE, and then the end of the lease
   * charges what was recorded
   */
  settle(
    outcome: Outcome,
    options: { completionTokens?: number; chargePrompt: boolean; promptTokens?: number },
  ): Promise<void>;
  /**
   * Charges so many tokens of the prompt of a request that has no completion, otherwise as `settle`.
   * @throws StudioError SERVICE_UNAVAILABLE, and then the end of the lease charges nothing
   */
  settlePrompt(outcome: Outcome, promptTokens: number): Promise<void>;
}

/** A third of the lease: two renewals may fail before it runs out. */
const RENEWAL_MS = 5_000;

const WHOSE = { user: 'Your', key: "The key's", installation: "The installation's" } as const;
const UNITS = { requests: 'requests', tokens: 'tokens', microcredits: 'credits' } as const;
const PERIODS = { minute: ' per minute', day: ' per day', month: ' per month', total: '' } as const;

/** For example: The key's tokens per minute for the model starter are used up; try again in 12 s. */
const exhausted = ({ whose, model, unit, period }: Limit, retryAfter: number | null): string => {
  const what = `${WHOSE[whose]} ${UNITS[unit]}${PERIODS[period]}${model === null ? '' : ` for the model ${model}`}`;
  if (retryAfter !== null) return `${what} are used up; try again in ${retryAfter} s.`;
  return unit === 'requests' ? `${what} are used up.` : `${what} do not hold this request.`;
};

/** The error that a refused reservation becomes. */
export const refusalOf = (refused: Exclude<Reserved, { outcome: 'granted' }>, model: string): StudioError => {
  switch (refused.outcome) {
    case 'denied': {
      const { limit, retryAfter } = refused;
      // A rate is a limit that waiting a moment mends.
      const isRate = limit.period === 'minute' && limit.unit !== 'microcredits' && retryAfter !== null;
      return new StudioError(isRate ? 'RATE_LIMITED' : 'BUDGET_EXCEEDED', exhausted(limit, retryAfter), {
        quota: limit,
        ...(retryAfter === null ? {} : { retryAfterSeconds: retryAfter }),
      });
    }
    case 'no_quota':
      return new StudioError('BUDGET_EXCEEDED', 'You have not been granted any tokens.');
    case 'inactive':
      return new StudioError('UNAUTHENTICATED', 'Your account is not active.');
    case 'key_inactive':
      return new StudioError('UNAUTHENTICATED', 'This API key was revoked or has expired.');
    case 'model_denied':
      return new StudioError('FORBIDDEN', `This API key may not use the model ${model}.`);
    case 'duplicate':
      return new StudioError('CONFLICT', 'A chat with this id was started before.');
  }
};

const errorOf = (beat: Exclude<Beat, 'ok'>): StudioError =>
  beat === 'inactive'
    ? new StudioError('UNAUTHENTICATED', 'Your account was suspended, or your API key is no longer in force.')
    : new StudioError('TIMEOUT', 'The database could not be reached in time to record tokens.');

/**
 * Holds the prompt and as many completion tokens as the quotas of user, key and installation allow, and keeps holding
 * them until `settle`.
 * @throws StudioError BUDGET_EXCEEDED, RATE_LIMITED, FORBIDDEN, UNAUTHENTICATED, CONFLICT or SERVICE_UNAVAILABLE when
 * nothing is held
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

  const reserved = await recording(billing.reserve(request));
  if (reserved.outcome !== 'granted') throw refusalOf(reserved, request.model);

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

  const record = async (completionTokens: number): Promise<void> => {
    await beat(completionTokens);
    recorded = completionTokens;
  };

  const end = async (outcome: Outcome, settling: () => Promise<string>): Promise<void> => {
    settled = true;
    clearInterval(renewal);
    const state = await recording(settling());
    // The reaper was quicker: it charged what was recorded last.
    if (state !== outcome) log.warn({ chat: requestId, outcome, state }, 'a chat was closed by another');
  };

  return {
    cap: reserved.cap,
    revoked: revocation.signal,
    record,
    recorded: () => recorded,
    settle: async (outcome, { completionTokens = recorded, chargePrompt, promptTokens = request.promptTokens }) => {
      if (settled) return;
      if (completionTokens > recorded) await record(completionTokens);
      await end(outcome, () =>
        promptTokens === request.promptTokens
          ? billing.settle(requestId, completionTokens, outcome, chargePrompt)
          : billing.settleMeasured(requestId, { promptTokens, completionTokens }, outcome, chargePrompt),
      );
    },
    settlePrompt: async (outcome, promptTokens) => {
      if (settled) return;
      await end(outcome, () => billing.settlePrompt(requestId, promptTokens, outcome));
    },
  };
};
