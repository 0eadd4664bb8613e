import type { GraphQLError } from 'graphql';
import { entryOf, ERRORS, isErrorCode, type ErrorCode } from '#mesh/errors.ts';
import type { Id } from './protocol.ts';

/** Why a call has no result; the REST door's failures are the same. */
export interface Failure {
  /** JSON-RPC's number. */
  readonly rpc: number;
  /** HTTP status, for the door that sets one. */
  readonly status: number;
  /** A code of the table of errors. */
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly retryAfterSeconds?: number | undefined;
  /** The argument of the graph that is wrong. */
  readonly argument?: string | undefined;
}

/** A failure as the table of errors has it. */
export const failure = (code: ErrorCode, sentence: string = ERRORS[code].sentence): Failure => ({
  rpc: ERRORS[code].rpc,
  status: ERRORS[code].status,
  code,
  sentence,
});

/** The two that JSON-RPC 2.0 numbers and GraphQL has no code of its own for. */
export const NO_JSON: Failure = { ...failure('BAD_REQUEST', 'The body is not JSON.'), rpc: -32_700 };
export const UNKNOWN_METHOD: Failure = { ...failure('NOT_FOUND', 'There is no such method.'), rpc: -32_601 };

/** Codes that blame the document. The documents are ours, so these are our fault and not the client's. */
const OF_DOCUMENTS: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
] satisfies ErrorCode[]);

/** What an error of the graph means to a client of JSON-RPC or REST. */
export const failureFrom = ({ message, extensions }: Pick<GraphQLError, 'message' | 'extensions'>): Failure => {
  const { code, retryAfterSeconds, argument } = extensions;
  if (!isErrorCode(code) || OF_DOCUMENTS.has(code)) return failure('INTERNAL_SERVER_ERROR');
  return {
    ...failure(code, message),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
    argument: typeof argument === 'string' ? argument : undefined,
  };
};

/** The response object of JSON-RPC for a failure. */
export const errorResponse = (id: Id, { rpc, code, sentence, retryAfterSeconds }: Failure, requestId: string) => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: rpc,
    message: sentence,
    data: {
      code,
      request_id: requestId,
      mend: entryOf(code).mend,
      ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
    },
  },
});
