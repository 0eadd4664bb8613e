import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { isOnlyJson } from './accept.ts';
import { expected, httpMeaning, sealResult, type HttpMeaning } from '../errors.ts';
import type { DocumentGraph, ReadOperation, Requester } from '../graph.ts';

/** What the HTTP door knows of a request before GraphQL over HTTP begins. */
export interface HttpContext {
  readonly requester: Requester;
}

/** Yoga's own statuses, where the request itself is at fault: 405 with `Allow`, and the like. */
const Http = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()).optional(),
  spec: z.literal(false).optional(),
});

/** An error that Yoga gives of itself carries a code; anything else that is thrown is ours to explain. */
const explain = (error: GraphQLError, log: Log): GraphQLError => {
  if (error.originalError instanceof SyntaxError) {
    return new StudioError('BAD_REQUEST', 'The variables and extensions of the address must be JSON.');
  }
  const { code, unexpected } = error.extensions;
  return code === undefined || unexpected === true ? expected(error, log) : error;
};

const meaningOf = (result: ExecutionResult, sealed: ExecutionResult, accept: string | null): HttpMeaning => {
  const own = Http.safeParse(result.errors?.[0]?.extensions['http']);
  return own.success
    ? { status: own.data.status, headers: own.data.headers ?? {} }
    : httpMeaning(sealed, isOnlyJson(accept));
};

const toRead = ({ document, variableValues, operationName }: ExecutionArgs): ReadOperation => ({
  document,
  variables: variableValues ?? undefined,
  operationName: operationName ?? undefined,
});

/** Yoga's context is what `fetch` was given, but its type says unknown. */
const requesterOf = ({ contextValue }: ExecutionArgs): Requester => (contextValue as HttpContext).requester;

/** The draft of GraphQL over HTTP has `documentId` in the address as well; Yoga does not read it there. */
const idInAddress = (request: Request): string | null =>
  request.method === 'GET' ? new URL(request.url).searchParams.get('documentId') : null;

/** Puts the graph in the place of graphql-js, and gives every answer the status that the table of errors has. */
const useGraph = (graph: DocumentGraph, log: Log): Plugin<object, HttpContext> => ({
  onParams: ({ params, request, setParams, context }) => {
    // Anything that is no object is Yoga's to refuse.
    if (typeof params !== 'object' || params === null || Array.isArray(params)) return;
    const { documentId = idInAddress(request) ?? undefined, ...rest }: GraphQLParams & { documentId?: unknown } =
      params;
    const query = graph.find({ ...rest, documentId }, context.requester.principal);
    if (query !== undefined) setParams({ ...rest, query });
  },
  onEnveloped: ({ setSchema }) => setSchema(graph.schema()),
  onParse: ({ setParseFn }) => setParseFn((source: unknown) => graph.parse(String(source))),
  onValidate: ({ setValidationFn }) => setValidationFn((_, document) => graph.validate(document)),
  onExecute: ({ setExecuteFn }) =>
    setExecuteFn((given: ExecutionArgs) => graph.executeDocument(toRead(given), requesterOf(given))),
  onSubscribe: ({ setSubscribeFn }) =>
    setSubscribeFn((given: ExecutionArgs) => graph.subscribeDocument(toRead(given), requesterOf(given))),
  onResultProcess: (hook) => {
    const { request, result, serverContext } = hook;
    if (Array.isArray(result) || Symbol.asyncIterator in result) return;
    const errors = result.errors?.map((error) => explain(error, log));
    const sealed = sealResult({ ...result, ...(errors ? { errors } : {}) }, serverContext.requester.requestId);
    const http = meaningOf(result, sealed, request.headers.get('accept'));
    hook.setResult({ ...sealed, extensions: { ...sealed.extensions, http } });
  },
});

/**
 * GraphQL over HTTP as Yoga implements it (GET, POST, server-sent events, media types), on our graph. The plugin is
 * the only one: documents are cached, limited, validated and run by the graph; bodies are bounded before Yoga.
 */
export const createGraphQlServer = (graph: DocumentGraph, log: Log): YogaServerInstance<HttpContext, object> =>
  createYoga<HttpContext, object>({
    plugins: [useGraph(graph, log)],
    logging: false,
    landingPage: false,
    graphiql: false,
    cors: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    parserAndValidationCache: false,
    maxRequestBodySize: false,
  });
