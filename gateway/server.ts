import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SUBGRAPHS, type Config, type SubgraphName } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { deviceOf } from '#mesh/device-token.ts';
import type { Secret } from '#mesh/secret.ts';
import { sendJson, serve, signalOf } from '#mesh/serve.ts';
import type { Readiness, Subgraph } from '#mesh/service.ts';
import { isTraced } from '#mesh/telemetry.ts';
import { traced } from '#mesh/trace.ts';
import { createAuthenticate } from './access/authenticator.ts';
import { createKnownKeys, createReadClaim } from './access/claim.ts';
import { shownBy } from './access/credentials.ts';
import { Keys } from './access/keys.ts';
import { watchSessions } from './access/live-sessions.ts';
import { createAccounts } from './access/principal.ts';
import { createRefusals } from './access/refusals.ts';
import { Tokens } from './access/tokens.ts';
import { expected } from './errors.ts';
import { openDocuments } from './documents/source.ts';
import { createWarmth } from './documents/warm.ts';
import { createGraph, type DocumentGraph } from './graph.ts';
import { createMetricsDoor } from './metrics-door.ts';
import { createRefuseOperator } from './operator.ts';
import { spanned } from './spans.ts';
import { createGatewayMetrics, doorOf } from './metrics.ts';
import { observed } from './observed.ts';
import { createReadClient } from './http/client.ts';
import { createCors } from './http/cors.ts';
import { createGraphiql } from './http/graphiql.ts';
import { createHttpDoor, requestIdOf, sendStudioError } from './http/door.ts';
import { SECURITY_HEADERS } from './http/security.ts';
import { openStatic, wantsPage } from './http/static.ts';
import { createUnreadWatch } from './http/unread.ts';
import { rateError, rateHeaders } from './rates/decision.ts';
import { rateLimited } from './rates/graph.ts';
import { RATE_LIMITS, type RateLimits } from './rates/limits.ts';
import { createRates } from './rates/meter.ts';
import { streamLimited } from './rates/streams.ts';
import { UnreadAnswers, unreadLimited } from './rates/unread.ts';
import { handleRest, isRest } from './rest/server.ts';
import { handleRpc } from './rpc/server.ts';
import { openSupergraph } from './supergraph.ts';
import { httpTransport } from './upstream/http.ts';
import { localTransport } from './upstream/local.ts';
import { createUpstream, type ObservedUpstream, type Upstream } from './upstream/upstream.ts';
import { createWebSocketDoor } from './websocket/door.ts';

export interface GatewayOptions {
  readonly config: Config;
  readonly secret: Secret;
  readonly log: Log;
  /** The subgraphs of this process; the others are reached at their configured addresses. */
  readonly local: ReadonlyMap<SubgraphName, Subgraph>;
  /** The folder of the built studio; it may be missing. */
  readonly studio: string;
  /** Absolute path of the composed SDL; the project's own when left out. */
  readonly supergraph?: string;
  /** Absolute path of the studio's manifest of documents; the project's own when left out. */
  readonly documents?: string;
  /** The usual ones when left out. */
  readonly rates?: RateLimits;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly graph: DocumentGraph;
  /** Takes no new work, lets what runs finish for `graceMs`, then cuts it. */
  stop(graceMs?: number): Promise<void>;
}

const OWN_SUPERGRAPH = join(import.meta.dirname, '../schemas/supergraph.graphql');

const OWN_DOCUMENTS = join(import.meta.dirname, '../codegen/generated/studio/persisted-documents.json');

/** Which subgraphs do not answer, or what they lack themselves. */
const readinessOf = async (upstreams: Iterable<Upstream>): Promise<Readiness> => {
  const states = await Promise.all(
    [...upstreams].map(async (upstream) => ({ name: upstream.name, state: await upstream.readiness() })),
  );
  const missing = states.flatMap(({ name, state }) =>
    state.ready ? [] : state.missing.map(({ what, mend }) => ({ what: `${name}: ${what}`, mend })),
  );
  return missing.length === 0 ? { ready: true } : { ready: false, missing };
};

/**
 * Starts the one public door: GraphQL over HTTP and WebSocket, JSON-RPC, REST, the public keys and the studio.
 * @throws ConfigurationError when the port is taken or the supergraph cannot be served
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { config, secret, log, local } = options;
  const key = secret('identity');
  const metrics = createGatewayMetrics();
  const upstreamFor = (name: SubgraphName): ObservedUpstream => {
    const here = local.get(name);
    return createUpstream({
      name,
      key,
      log,
      transport: here ? localTransport(here) : httpTransport(config.urls[name]),
      meter: metrics.upstreamMeter(name),
    });
  };
  const users = upstreamFor('users');
  const upstreams = new Map(SUBGRAPHS.map((name) => [name, name === 'users' ? users : upstreamFor(name)]));
  metrics.watchUpstreams(upstreams.values());

  const accounts = createAccounts(users);
  const keys = new Keys(() => accounts.verificationKeys());
  const tokens = new Tokens(keys);
  const knownKeys = createKnownKeys();
  const readClaim = createReadClaim(tokens, knownKeys);
  const warmth = createWarmth(log);
  const manifests = { studio: options.documents ?? OWN_DOCUMENTS, folder: config.documents };
  const [supergraph, documents, serveStatic] = await Promise.all([
    openSupergraph(options.supergraph ?? OWN_SUPERGRAPH, log, (generation) => warmth.begin({ generation })),
    openDocuments(manifests, log, (known) => warmth.begin({ documents: known })),
    openStatic(options.studio),
  ]);
  const unlimited = createGraph({
    current: () => supergraph.current(),
    upstreams,
    documents: () => documents.current(),
    closed: config.mode === 'production',
    maxCost: config.maxCost,
    authenticate: createAuthenticate(tokens, accounts, knownKeys, log),
    refusals: createRefusals(users, log),
    log,
  });
  const watch = watchSessions(accounts, log);
  const limits = options.rates ?? RATE_LIMITS;
  const unread = new UnreadAnswers(log);
  const unreadWatch = createUnreadWatch(unread);
  const seen = observed(rateLimited(unreadLimited(streamLimited(unlimited, limits), unread)), metrics);
  const graph = isTraced() ? spanned(seen) : seen;
  const deviceKey = secret('device-tokens');
  const openMeter = createRates(
    limits,
    (limit) => metrics.refused(limit),
    ({ email, deviceToken }) =>
      email === undefined || deviceToken === undefined ? null : deviceOf(deviceKey, email, deviceToken),
  );
  const http = createHttpDoor(graph, watch, log);
  const readClient = createReadClient(config.trustedProxies);
  const webSockets = createWebSocketDoor(graph, watch, log, { openMeter, readClaim, readClient, limits, unread });

  const cors = createCors(config.corsOrigins);
  const graphiql = config.mode === 'development' ? createGraphiql() : undefined;

  const refuseOperator = createRefuseOperator(graph, config);
  const showMetrics = createMetricsDoor({
    refusal: refuseOperator,
    metrics,
    upstreams: [...upstreams.values()],
    log,
  });

  const publishKeys = async (response: ServerResponse, requestId: string): Promise<void> => {
    try {
      sendJson(response, 200, { keys: await keys.published() }, { 'cache-control': 'public, max-age=60' });
    } catch (error) {
      const known = expected(error, log);
      sendStudioError(
        response,
        known instanceof StudioError ? known : new StudioError('SERVICE_UNAVAILABLE'),
        requestId,
      );
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (cors(request, response)) return undefined;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const inSpan = (name: string, work: () => Promise<void>): Promise<void> =>
      traced(`${request.method} ${name}`, request.headers, { 'devstudio.request_id': requestId }, work);
    const client = readClient(request);
    const meter = openMeter(client.address, (rate) => {
      if (!response.headersSent)
        for (const [name, value] of Object.entries(rateHeaders(rate))) response.setHeader(name, value);
    });
    meter.claim(await readClaim(shownBy(request.headers), () => meter.mayCheck()));
    return unreadWatch.answering(response, meter, async () => {
      if (path === '/graphql') return inSpan(path, () => http(request, response, { requestId, client, meter }));
      const door = { graph, watch, log: log.child({ requestId }), requestId, client, meter };
      if (path === '/rpc' || path.startsWith('/rpc/')) return inSpan('/rpc', () => handleRpc(request, response, door));
      if (isRest(path)) {
        // A browser that opens such an address gets the studio, which has pages of the same names.
        if (!path.startsWith('/v1/') && wantsPage(request) && serveStatic(request, response, path)) return undefined;
        return inSpan('REST', () => handleRest(request, response, path, door));
      }
      if (path === '/.well-known/jwks.json' && request.method === 'GET') {
        const limited = rateError(await meter.prepay(1));
        return limited ? sendStudioError(response, limited, requestId) : publishKeys(response, requestId);
      }
      if (graphiql && path === '/graphiql' && request.method === 'GET') return graphiql(request, response);
      if (path === '/metrics' && request.method === 'GET') {
        return showMetrics(request, response, { requestId, client, meter });
      }
      if (serveStatic(request, response, path)) return undefined;
      return sendStudioError(response, new StudioError('NOT_FOUND', 'There is nothing at this address.'), requestId);
    });
  };

  /** That something is missing is for everybody, what it is for those who run the studio. */
  const showHealth = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<'whole' | 'short' | 'answered'> => {
    const requestId = requestIdOf(request);
    const client = readClient(request);
    const meter = openMeter(client.address);
    meter.claim(await readClaim(shownBy(request.headers), () => meter.mayCheck()));
    const refused = await refuseOperator(request, { requestId, client, meter }, signalOf(response));
    if (refused?.code !== 'RATE_LIMITED') return refused ? 'short' : 'whole';
    sendStudioError(response, refused, requestId);
    return 'answered';
  };

  const free = async (): Promise<void> => {
    warmth.stop();
    unreadWatch.stop();
    documents.stop();
    await supergraph.stop();
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
  };
  try {
    const served = await serve({
      name: 'gateway',
      host: config.host,
      port: config.ports.gateway,
      portVariable: 'GATEWAY_PORT',
      log,
      readiness: () => readinessOf(upstreams.values()),
      showHealth,
      handle: (request, response) =>
        metrics.request(doorOf((request.url ?? '/').split('?', 1)[0] ?? '/'), response, () =>
          handle(request, response),
        ),
      upgrade: (request, socket, head) => webSockets.upgrade(request, socket, head),
    });
    return {
      url: served.url,
      port: served.port,
      graph,
      stop: async (graceMs = 5_000) => {
        await Promise.all([webSockets.stop(graceMs), served.stop(graceMs)]);
        await free();
      },
    };
  } catch (error) {
    await free();
    throw error;
  }
};
