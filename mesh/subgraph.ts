import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Registry } from 'prom-client';
import type { Config, SubgraphName } from './config.ts';
import { ERRORS, StudioError } from './errors.ts';
import { IDENTITY_HEADER, verifyIdentity, type Caller, type Client, type Identity } from './identity.ts';
import type { Log } from './log.ts';
import { proveMetricsReader } from './metrics-access.ts';
import { processMetrics, sendMetrics } from './metrics.ts';
import type { Secret } from './secret.ts';
import { readBody, sendError, sendResponse, serve, signalOf, type Served } from './serve.ts';
import type { Readiness, Subgraph } from './service.ts';
import { traced } from './trace.ts';

/** What every resolver receives as its context. */
export interface RequestContext {
  readonly requestId: string;
  /** Null for an anonymous request. */
  readonly caller: Caller | null;
  readonly client: Client;
  readonly log: Log;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** The caller of a field that the gateway lets only signed-in callers reach. */
export const callerOf = (context: Pick<RequestContext, 'caller'>): Caller => {
  if (!context.caller) throw new StudioError('UNAUTHENTICATED');
  return context.caller;
};

/**
 * The caller of a field that is for people who have signed in, and no business of their programs.
 * @throws StudioError FORBIDDEN for an API key
 */
export const signedInCallerOf = (context: Pick<RequestContext, 'caller'>): Caller & { readonly sessionId: string } => {
  const caller = callerOf(context);
  if (caller.credential.kind !== 'session') {
    throw new StudioError('FORBIDDEN', 'An API key may not do this: sign in.');
  }
  return { ...caller, sessionId: caller.credential.id };
};

export interface SubgraphOptions {
  readonly name: SubgraphName;
  /** Absolute path of the SDL. */
  readonly sdl: string;
  /** The generated `Resolvers` type of this subgraph. */
  readonly resolvers: object;
  readonly secret: Secret;
  readonly log: Log;
  readonly readiness: () => Promise<Readiness>;
  readonly stop: () => Promise<void>;
  /** What it counts; absent where it counts nothing. */
  readonly metrics?: Registry;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

const refusal = (code: 'UNAUTHENTICATED' | 'INTERNAL_SERVER_ERROR', sentence: string, requestId?: string): Response =>
  new Response(
    JSON.stringify({ errors: [{ message: sentence, extensions: { code, mend: ERRORS[code].mend, requestId } }] }),
    { status: ERRORS[code].status, headers: JSON_HEADERS },
  );

/** Lets our own errors through and turns any other into one sentence; the cause goes to the log with the request id. */
const maskWith =
  (log: Log) =>
  (error: unknown): Error => {
    const cause = error instanceof GraphQLError ? error.originalError : error;
    if (error instanceof GraphQLError && (cause === undefined || cause instanceof StudioError)) return error;
    if (cause instanceof GraphQLError) return cause;
    log.error({ error: cause }, 'a resolver failed');
    return new GraphQLError(ERRORS.INTERNAL_SERVER_ERROR.sentence, {
      nodes: error instanceof GraphQLError ? (error.nodes ?? null) : null,
      path: error instanceof GraphQLError ? (error.path ?? null) : null,
      extensions: { code: 'INTERNAL_SERVER_ERROR', mend: ERRORS.INTERNAL_SERVER_ERROR.mend },
    });
  };

/**
 * Builds a subgraph from its SDL and resolvers. It answers only requests that carry the gateway's signature over
 * exactly their body.
 */
export const createSubgraph = (options: SubgraphOptions): Subgraph => {
  const { name, log } = options;
  const key = options.secret('identity');
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(readFileSync(options.sdl, 'utf8')),
      // Apollo's resolver map type has an index signature that generated, exact resolver types do not.
      resolvers: options.resolvers as never,
    },
  ]);
  const yoga: YogaServerInstance<{ identity: Identity; signal: AbortSignal }, RequestContext> = createYoga<
    { identity: Identity; signal: AbortSignal },
    RequestContext
  >({
    schema,
    logging: false,
    landingPage: false,
    graphiql: false,
    cors: false,
    multipart: false,
    // The bytes are bounded before Yoga sees them; its own limiter costs half of its time.
    maxRequestBodySize: false,
    // Yoga's own stream reads 64 KiB ahead of a slow reader; Node's asks for the next event when the last one was taken.
    fetchAPI: { ReadableStream, Response },
    context: ({ identity, signal }) => ({ ...identity, signal, log: log.child({ requestId: identity.requestId }) }),
    maskedErrors: { maskError: maskWith(log) },
  });

  return {
    name,
    readiness: options.readiness,
    stop: options.stop,
    isFromGateway: (identity, body) => verifyIdentity(key, name, identity, body).outcome === 'accepted',
    metrics: () => options.metrics?.metrics() ?? Promise.resolve(''),
    handle: async ({ headers, body, signal }) => {
      const verdict = verifyIdentity(key, name, headers[IDENTITY_HEADER], body);
      if (verdict.outcome === 'refused') {
        log.warn({ reason: verdict.reason }, 'a request without a valid gateway signature was refused');
        return refusal('UNAUTHENTICATED', `This service answers only the gateway: the signature is ${verdict.reason}.`);
      }
      try {
        const { identity } = verdict;
        const request = new Request(`http://${name}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: headers['accept'] ?? 'application/json',
          },
          body,
          signal,
        });
        return await traced(`${name} POST /graphql`, headers, { 'devstudio.service': name }, async () =>
          yoga.fetch(request, { identity, signal }),
        );
      } catch (error) {
        // The work for a client who has gone away is aborted, which it says by throwing.
        if (!signal.aborted)
          log.error({ error, requestId: verdict.identity.requestId }, 'a request failed unexpectedly');
        return refusal('INTERNAL_SERVER_ERROR', ERRORS.INTERNAL_SERVER_ERROR.sentence, verdict.identity.requestId);
      }
    },
  };
};

/** Answers the gateway, and whoever may read metrics without a role: roles are the gateway's to know. */
const answerMetrics = async (
  subgraph: Subgraph,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const identity = request.headers[IDENTITY_HEADER];
  const isGateway = subgraph.isFromGateway(typeof identity === 'string' ? identity : undefined, '');
  if (!isGateway && proveMetricsReader(request, { token, isPrivate: true }) === 'unproven')
    return sendError(response, 'UNAUTHENTICATED');
  sendMetrics(request, response, await Promise.all([subgraph.metrics(), processMetrics(subgraph.name)]));
};

/** Makes a subgraph reachable over HTTP at `/graphql`, for a gateway in another process; `/metrics` tells how it is. */
export const serveSubgraph = (
  subgraph: Subgraph,
  config: Pick<Config, 'host' | 'ports' | 'metricsToken'>,
  log: Log,
): Promise<Served> =>
  serve({
    name: subgraph.name,
    host: config.host,
    port: config.ports[subgraph.name],
    portVariable: `${subgraph.name.toUpperCase()}_PORT`,
    log,
    readiness: () => subgraph.readiness(),
    handle: async (request, response) => {
      if (request.url === '/metrics' && request.method === 'GET') {
        return answerMetrics(subgraph, config.metricsToken, request, response);
      }
      if (request.url !== '/graphql' || request.method !== 'POST') {
        sendError(response, 'NOT_FOUND', undefined, 'This service answers POST /graphql and GET /metrics only.');
        return;
      }
      const body = await readBody(request);
      if (body.outcome !== 'read') {
        if (body.outcome === 'too large') sendError(response, 'PAYLOAD_TOO_LARGE');
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
      );
      await sendResponse(response, await subgraph.handle({ headers, body: body.text, signal: signalOf(response) }));
    },
  });
