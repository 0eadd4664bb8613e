import { strings } from './strings.ts';

/** Something that did not work, as a person is told of it. */
export interface Failure {
  /** A code of the server's error table, or one of the four below it that only a client meets. */
  readonly code: string;
  /** What happened. */
  readonly sentence: string;
  /** What to do about it. */
  readonly mend: string;
  /** What to look for in the logs. */
  readonly requestId: string | null;
  /** The argument that is wrong, where the server names one. */
  readonly argument?: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const own = (code: string, texts: { readonly sentence: string; readonly mend: string }): Failure => ({
  code,
  ...texts,
  requestId: null,
});

/** WebSocket close code with which the gateway refuses a token, or ends a session. */
export const FORBIDDEN_CLOSE = 4403;

/** A GraphQL error with a code, as the gateway sends it. */
const codedFailure = (error: unknown): Failure | null => {
  if (!isRecord(error) || !isRecord(error['extensions'])) return null;
  const { code, mend, requestId, argument } = error['extensions'];
  const known = textOf(code);
  if (known === null) return null;
  return {
    code: known,
    sentence: textOf(error['message']) ?? strings.unexpected.sentence,
    mend: textOf(mend) ?? strings.unexpected.mend,
    requestId: textOf(requestId),
    ...(typeof argument === 'string' ? { argument } : {}),
  };
};

/**
 * Words whatever a request or a stream ended with: a CombinedError of urql, the error list or close event of
 * graphql-ws, or a plain Error.
 */
export const failureOf = (error: unknown): Failure => {
  if (Array.isArray(error)) return codedFailure(error[0]) ?? own('UNEXPECTED', strings.unexpected);
  if (!isRecord(error)) return own('UNEXPECTED', strings.unexpected);
  const { graphQLErrors, networkError, code } = error;
  if (Array.isArray(graphQLErrors) && graphQLErrors.length > 0) return failureOf(graphQLErrors);
  if (networkError !== undefined) return own('UNREACHABLE', strings.unreachable);
  if (typeof code === 'number') {
    return code === FORBIDDEN_CLOSE ? own('UNAUTHENTICATED', strings.refused) : own('DROPPED', strings.dropped);
  }
  return codedFailure(error) ?? own('UNEXPECTED', strings.unexpected);
};
