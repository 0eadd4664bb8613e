import { StudioError } from '#mesh/errors.ts';
import type { Problem } from './chunk.ts';
import type { Failure } from './health.ts';

/** What an answer that is none means: for whoever asked, and for the server that gave it. */
export interface Refusal {
  readonly error: StudioError;
  /** What it says of the server, as a part of a sentence; null where it says nothing. */
  readonly health: { readonly failure: Failure; readonly reason: string } | null;
  /** Whether another server may well answer. */
  readonly elsewhere: boolean;
}

/** What is shown of a server's own words, in characters. */
const SHOWN = 300;
const MAX_RETRY_SECONDS = 3_600;
const CONTEXT = /context.?(length|size|window)|maximum context/i;

const onOneLine = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, SHOWN);

/** Seconds, where a header says how many. */
const secondsOf = (retryAfter: string | undefined): number | undefined =>
  retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter)
    ? Math.min(Math.max(Number(retryAfter), 1), MAX_RETRY_SECONDS)
    : undefined;
const retryOf = (seconds: number | undefined) => (seconds === undefined ? {} : { retryAfterSeconds: seconds });

/** No server of the model can be asked. @param seconds after which one of them is tried again */
export const unreachable = (name: string, seconds?: number): StudioError =>
  new StudioError('SERVICE_UNAVAILABLE', `No server of ${name} can be reached at the moment.`, retryOf(seconds));

/** An answer that broke off or made no sense. */
export const brokenOff = (name: string, reason: string): StudioError =>
  new StudioError('MODEL_CRASHED', `${name} ended before its answer was complete: ${reason}.`);

const overloaded = (name: string, seconds: number | undefined): StudioError =>
  new StudioError('OVERLOADED', `The servers of ${name} have too much to do.`, retryOf(seconds));

const gone = (error: StudioError, reason: string): Refusal => ({
  error,
  health: { failure: 'gone', reason },
  elsewhere: true,
});

/** What a server that cannot be reached, or says nothing, means. */
export const refusalOfConnection = (name: string, late: boolean): Refusal =>
  late
    ? {
        error: new StudioError('TIMEOUT', `The server of ${name} did not answer in time.`),
        health: { failure: 'failed', reason: 'it did not answer in time' },
        elsewhere: false,
      }
    : gone(unreachable(name), 'it cannot be reached');

/** Decides what a status other than success means. */
export const refusalOfStatus = (
  name: string,
  status: number,
  problem: Problem | undefined,
  retryAfter?: string,
): Refusal => {
  const said = problem ? onOneLine(problem.message) : '';
  const seconds = secondsOf(retryAfter);
  if (status === 400 || status === 413 || status === 422) {
    const tooLong = CONTEXT.test(`${problem?.code ?? ''} ${problem?.message ?? ''}`);
    const sentence = `The server of ${name} does not take this${said === '' ? '.' : `: ${said}`}`;
    return {
      error: new StudioError(tooLong ? 'CONTEXT_LENGTH_EXCEEDED' : 'BAD_USER_INPUT', sentence),
      health: null,
      elsewhere: false,
    };
  }
  if (status === 429 || (status === 503 && seconds !== undefined)) {
    return { error: overloaded(name, seconds), health: null, elsewhere: true };
  }
  if (status === 401 || status === 403) {
    const sentence = `The server of ${name} refuses the key that an admin has given to it.`;
    return gone(new StudioError('SERVICE_UNAVAILABLE', sentence), `it refuses the key (${status})`);
  }
  if (status === 404) {
    const sentence = `The server of ${name} does not have the model.`;
    return gone(new StudioError('MODEL_NOT_LOADED', sentence), 'it does not have the model, or not at this URL');
  }
  if (status >= 300 && status < 400)
    return gone(unreachable(name), `it sends elsewhere (${status}), which is not followed`);
  if (status === 408 || status === 504) return refusalOfConnection(name, true);
  return {
    error: new StudioError('SERVICE_UNAVAILABLE', `The server of ${name} has failed.`),
    health: { failure: status >= 500 ? 'failed' : 'gone', reason: `it answers with ${status}` },
    elsewhere: true,
  };
};

/** Decides what a failure means that a server tells of in the middle of its answer. */
export const refusalInAnswer = (name: string, problem: Problem): Refusal => {
  const { code } = problem;
  const status = /\b[45]\d\d\b/.exec(code)?.[0];
  const client = CONTEXT.test(code) || /\binvalid_request_error\b/.test(code) || status === '400';
  if (client) return refusalOfStatus(name, 400, problem);
  if (/\b(OVERLOADED|rate_limit_error|insufficient_quota)\b|\b429\b/.test(code))
    return refusalOfStatus(name, 429, problem);
  const reason = 'its server has failed';
  return { error: brokenOff(name, reason), health: { failure: 'failed', reason }, elsewhere: false };
};
