import type { IncomingMessage, ServerResponse } from 'node:http';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { proveMetricsReader } from '#mesh/metrics-access.ts';
import { processMetrics, sendMetrics } from '#mesh/metrics.ts';
import { shownBy } from './access/credentials.ts';
import type { Graph } from './graph.ts';
import { sendStudioError, type Arrival } from './http/door.ts';
import type { GatewayMetrics } from './metrics.ts';
import { rateError } from './rates/decision.ts';
import type { ObservedUpstream } from './upstream/upstream.ts';

export interface MetricsDoorOptions {
  readonly graph: Graph;
  readonly metrics: GatewayMetrics;
  readonly upstreams: readonly ObservedUpstream[];
  /** DEVSTUDIO_METRICS_TOKEN */
  readonly token: string | undefined;
  readonly log: Log;
}

/** The scope of an admin, who may see how the whole installation is doing. */
const SCOPE = 'users:manage';

/** `GET /metrics`: what the gateway counts, what each subgraph does, and their processes, on one page. */
export const createMetricsDoor = ({ graph, metrics, upstreams, token, log }: MetricsDoorOptions) => {
  /** Why who asks may not read it. */
  const refusal = async (
    request: IncomingMessage,
    { requestId, meter }: Arrival,
    signal: AbortSignal,
  ): Promise<StudioError | undefined> => {
    const proof = proveMetricsReader(request, token);
    if (proof === 'token') return undefined;
    const over = rateError(await meter.prepay(1));
    if (over || proof === 'local') return over;
    const verdict = await graph.authenticate(shownBy(request.headers), requestId, signal);
    if (verdict.outcome === 'refused') return verdict.error;
    if (!verdict.principal) return new StudioError('UNAUTHENTICATED');
    const limited = rateError(await meter.identify(verdict.principal.userId));
    if (limited) return limited;
    return verdict.principal.scopes.includes(SCOPE) ? undefined : new StudioError('FORBIDDEN');
  };

  /** A subgraph that gives none is left out; that it did not answer is itself a metric. */
  const pagesOfSubgraphs = async (): Promise<readonly string[]> => {
    const answers = await Promise.all(
      upstreams.map(async (upstream) => {
        try {
          return { name: upstream.name, page: await upstream.metrics() };
        } catch (error) {
          log.warn({ subgraph: upstream.name, error }, 'a subgraph gave no metrics');
          return { name: upstream.name, page: undefined };
        }
      }),
    );
    const up = [
      '# HELP gateway_upstream_up Whether the subgraph has given its metrics for this page.',
      '# TYPE gateway_upstream_up gauge',
      ...answers.map(({ name, page }) => `gateway_upstream_up{subgraph="${name}"} ${page === undefined ? 0 : 1}`),
    ];
    return [up.join('\n'), ...answers.flatMap(({ page }) => (page === undefined ? [] : [page]))];
  };

  return async (request: IncomingMessage, response: ServerResponse, arrival: Arrival): Promise<void> => {
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    const refused = await refusal(request, arrival, controller.signal);
    if (refused) return sendStudioError(response, refused, arrival.requestId);
    const pages = await Promise.all([metrics.registry.metrics(), processMetrics('gateway'), pagesOfSubgraphs()]);
    sendMetrics(request, response, pages.flat());
  };
};
