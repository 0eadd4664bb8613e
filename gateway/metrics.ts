import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { getOperationAST, OperationTypeNode, type DocumentNode } from 'graphql';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SubgraphName } from '#mesh/config.ts';
import { DURATION_BUCKETS } from '#mesh/metrics.ts';
import type { RateLimit } from './rates/meter.ts';
import { isRest } from './rest/server.ts';
import type { ObservedUpstream, UpstreamMeter } from './upstream/upstream.ts';

/** The doors that requests come through; there are no others, whatever a client asks for. */
export type Door = 'graphql' | 'websocket' | 'rpc' | 'rest' | 'metrics' | 'other';

/** The door of an HTTP request. @param path without its query */
export const doorOf = (path: string): Door => {
  if (path === '/graphql') return 'graphql';
  if (path === '/rpc' || path.startsWith('/rpc/')) return 'rpc';
  if (path === '/metrics') return 'metrics';
  return isRest(path) ? 'rest' : 'other';
};

/** `none`: nothing was asked of the graph; `mixed`: several operations that are not of one kind. */
type Kind = OperationTypeNode | 'none' | 'mixed';

/** What is known so far of the HTTP request in whose course something happens. */
interface Seen {
  readonly door: Door;
  kind: Kind;
}

/** nginx' status for a client that went away before its answer. */
const GONE = 499;
const CIRCUIT_STATES = ['closed', 'half-open', 'open'] as const;

/** An operation of the graph that has begun. */
export interface RunningOperation {
  /** Its answer is a stream now, until it ends. */
  streams(): void;
  /** @param status what its answer would be over HTTP */
  end(status: number): void;
}

/** What the gateway counts. Every label is one of a few words; none comes from a client. */
export interface GatewayMetrics {
  readonly registry: Registry;
  /** Times an HTTP request until its answer is sent, streams until they end. */
  request(door: Door, response: ServerResponse, work: () => Promise<void>): Promise<void>;
  /** Notes an operation at the HTTP request that it belongs to; one that belongs to none is timed by itself. */
  operation(document: DocumentNode | undefined, operationName: string | undefined): RunningOperation;
  /** Counts for one subgraph. */
  upstreamMeter(subgraph: SubgraphName): UpstreamMeter;
  /** Shows where things stand with these, whenever somebody looks. */
  watchUpstreams(upstreams: Iterable<ObservedUpstream>): void;
  refused(limit: RateLimit): void;
}

export const createGatewayMetrics = (): GatewayMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'gateway_request_seconds',
    help: 'Requests by door, kind of operation and HTTP status, until the answer or the stream is over.',
    labelNames: ['door', 'operation', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const subscriptions = new Gauge({
    name: 'gateway_subscriptions_open',
    help: 'Subscriptions of clients that are open.',
    labelNames: ['door'],
    registers,
  });
  const refusals = new Counter({
    name: 'gateway_rate_refusals_total',
    help: 'What was refused for being too much: requests, sign_ins.',
    labelNames: ['limit'],
    registers,
  });
  const upstream = new Histogram({
    name: 'gateway_upstream_request_seconds',
    help: 'Requests to subgraphs by how they came out, a stream until it was opened.',
    labelNames: ['subgraph', 'operation', 'outcome'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const retries = new Counter({
    name: 'gateway_upstream_retries_total',
    help: 'Attempts after the first of requests to subgraphs.',
    labelNames: ['subgraph'],
    registers,
  });
  const broken = new Counter({
    name: 'gateway_upstream_streams_broken_total',
    help: 'Streams of subgraphs that ended before they were complete.',
    labelNames: ['subgraph'],
    registers,
  });

  const current = new AsyncLocalStorage<Seen>();
  const took = (begun: number): number => (performance.now() - begun) / 1_000;

  return {
    registry,
    request: (door, response, work) => {
      const seen: Seen = { door, kind: 'none' };
      const begun = performance.now();
      response.once('close', () => {
        const status = response.headersSent ? response.statusCode : GONE;
        requests.observe({ door, operation: seen.kind, status }, took(begun));
      });
      return current.run(seen, work);
    },
    operation: (document, operationName) => {
      const kind = (document && getOperationAST(document, operationName)?.operation) ?? 'none';
      const seen = current.getStore();
      if (seen) seen.kind = seen.kind === 'none' || seen.kind === kind ? kind : 'mixed';
      const door = seen?.door ?? 'websocket';
      const begun = performance.now();
      let open = false;
      return {
        streams: () => {
          open = kind === OperationTypeNode.SUBSCRIPTION;
          if (open) subscriptions.inc({ door });
        },
        end: (status) => {
          if (open) subscriptions.dec({ door });
          if (!seen) requests.observe({ door, operation: kind, status }, took(begun));
        },
      };
    },
    upstreamMeter: (subgraph) => ({
      ended: (operation, outcome, seconds) => upstream.observe({ subgraph, operation, outcome }, seconds),
      retried: () => retries.inc({ subgraph }),
      streamBroke: () => broken.inc({ subgraph }),
    }),
    watchUpstreams: (upstreams) => {
      const all = [...upstreams];
      const gauge = (
        name: string,
        help: string,
        read: (state: ReturnType<ObservedUpstream['state']>) => number,
      ): void => {
        registry.registerMetric(
          new Gauge({
            name,
            help,
            labelNames: ['subgraph'],
            registers: [],
            collect() {
              for (const one of all) this.set({ subgraph: one.name }, read(one.state()));
            },
          }),
        );
      };
      gauge('gateway_upstream_in_flight', 'Requests that wait for a subgraph.', ({ inFlight }) => inFlight);
      gauge('gateway_upstream_queued', 'Of these, the ones that wait for a connection.', ({ queued }) => queued);
      gauge('gateway_upstream_streams_open', 'Streams of subgraphs that are open.', ({ streams }) => streams);
      registry.registerMetric(
        new Gauge({
          name: 'gateway_upstream_circuit',
          help: 'Whether requests are let through to a subgraph: 1 for the state that its circuit is in.',
          labelNames: ['subgraph', 'state'],
          registers: [],
          collect() {
            for (const one of all) {
              const { circuit } = one.state();
              for (const state of CIRCUIT_STATES) this.set({ subgraph: one.name, state }, Number(state === circuit));
            }
          },
        }),
      );
    },
    refused: (limit) => refusals.inc({ limit }),
  };
};
