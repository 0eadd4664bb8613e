import { GraphQLError, type ExecutionResult } from 'graphql';
import { z } from 'zod';
import type { SubgraphName } from '#mesh/config.ts';
import { entryOf, isErrorCode, StudioError, type ErrorCode } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { isObject } from './json.ts';

export type Path = readonly (string | number)[];

/** A failure at a place of the answer. */
export const errorAt = (path: Path | undefined, error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, { path: path && [...path], extensions: error.extensions });

/** Facts of an error that a client may see beside code, mend and request id. */
const SHOWN = ['retryAfterSeconds', 'argument'] as const;

const Quota = z.object({ whose: z.string(), model: z.string().nullable(), unit: z.string(), period: z.string() });

const Paths = z.array(z.string()).max(100);

const Lock = z.object({
  path: z.string(),
  holder: z.object({ kind: z.enum(['USER', 'AGENT']), id: z.string() }),
  expiresAt: z.string(),
});

const detailsOf = (extensions: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const plain = SHOWN.flatMap((key) => {
    const value = extensions[key];
    return typeof value === 'number' || typeof value === 'string' ? [[key, value] as const] : [];
  });
  const quota = Quota.safeParse(extensions['quota']);
  const lock = Lock.safeParse(extensions['lock']);
  const paths = Paths.safeParse(extensions['paths']);
  return {
    ...Object.fromEntries(plain),
    ...(quota.success ? { quota: quota.data } : {}),
    ...(lock.success ? { lock: lock.data } : {}),
    ...(paths.success ? { paths: paths.data } : {}),
  };
};

/** Codes that are about the gateway's own request when a subgraph answers with them, so never the client's fault. */
const OURS: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'INTERNAL_SERVER_ERROR',
]);

/**
 * What a client may know of a subgraph's error: the sentence of a code of the table; of anything else only that it
 * happened. The rest goes to the log.
 * @param raw one entry of the subgraph's `errors`
 * @param path where it is in the whole answer
 */
export const fromSubgraph = (raw: unknown, path: Path | undefined, service: SubgraphName, log: Log): GraphQLError => {
  const extensions = isObject(raw) && isObject(raw['extensions']) ? raw['extensions'] : {};
  const message = isObject(raw) && typeof raw['message'] === 'string' ? raw['message'] : undefined;
  const { code } = extensions;
  if (isErrorCode(code) && !OURS.has(code) && message !== undefined) {
    return errorAt(path, new StudioError(code, message, detailsOf(extensions)));
  }
  log.error({ subgraph: service, code, message, path }, 'a subgraph failed');
  return errorAt(path, new StudioError('INTERNAL_SERVER_ERROR'));
};

/** Codes that graphql-js, Yoga and graphql-ws give of themselves. */
const FOREIGN: Readonly<Record<string, ErrorCode>> = {
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
};

const codeOf = (code: unknown): ErrorCode => {
  if (isErrorCode(code)) return code;
  return (typeof code === 'string' ? FOREIGN[code] : undefined) ?? 'INTERNAL_SERVER_ERROR';
};

/** The error as it leaves: a code of the table, how to mend it, the request's id, and nothing else. */
export const sealError = (error: GraphQLError, requestId: string): GraphQLError => {
  const code = codeOf(error.extensions['code']);
  const known = isErrorCode(error.extensions['code']) || error.extensions['code'] !== undefined;
  const entry = entryOf(code);
  return new GraphQLError(known && code !== 'INTERNAL_SERVER_ERROR' ? error.message : entry.sentence, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { code, mend: entry.mend, requestId, ...detailsOf(error.extensions) },
  });
};

/** A result whose errors are sealed. */
export const sealResult = (result: ExecutionResult, requestId: string): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map((error) => sealError(error, requestId)) } : result;

/**
 * A thrown value as an error that may leave.
 * @param log takes the cause of what nobody expected
 */
export const expected = (error: unknown, log: Log): GraphQLError => {
  if (error instanceof StudioError) return error;
  if (error instanceof GraphQLError && isErrorCode(error.extensions['code'])) return error;
  log.error({ error }, 'the gateway failed unexpectedly');
  return new StudioError('INTERNAL_SERVER_ERROR');
};

/** What an answer means as HTTP. */
export interface HttpMeaning {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Seconds to wait where waiting alone never helps, as for spent tokens: whoever tries by itself then does so once a day. */
const RETRY_AFTER = 86_400;

/**
 * The headers that a refusal carries at every HTTP door.
 * @param retryAfterSeconds when the same request may succeed, where that is known
 */
export const refusalHeaders = (status: number, retryAfterSeconds: unknown): Readonly<Record<string, string>> => {
  const wait = retryAfterSeconds ?? (status === 429 ? RETRY_AFTER : undefined);
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof wait === 'number' ? { 'retry-after': String(Math.ceil(wait)) } : {}),
  };
};

/** The status and headers of an answer that is nothing but this error. */
export const httpMeaningOf = (error: GraphQLError): HttpMeaning => {
  const { status } = entryOf(error.extensions['code']);
  return { status, headers: refusalHeaders(status, error.extensions['retryAfterSeconds']) };
};

/** Errors of the document or its variables: with `application/json`, GraphQL over HTTP has them answered with 200. */
const ABOUT_THE_DOCUMENT: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
]);

/**
 * The status of the table when the whole request failed, 200 when there is data.
 * @param onlyJson the client takes `application/json` and nothing else
 */
export const httpMeaning = (result: ExecutionResult, onlyJson = false): HttpMeaning => {
  const [first] = result.errors ?? [];
  if (!first || (result.data !== null && result.data !== undefined)) return { status: 200, headers: {} };
  const aboutDocument = result.data === undefined && ABOUT_THE_DOCUMENT.has(codeOf(first.extensions['code']));
  return onlyJson && aboutDocument ? { status: 200, headers: {} } : httpMeaningOf(first);
};
