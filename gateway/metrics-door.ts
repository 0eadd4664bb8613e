import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '#mesh/log.ts';
import { processMetrics, sendMetrics } from '#mesh/metrics.ts';
import { sendStudioError, type Arrival } from './http/door.ts';
import type { RefuseOperator } from './operator.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { ObservedUpstream } from './upstream/upstream.ts';

export interface MetricsDoorOptions {
  readonly refusal: RefuseOperator;
  readonly metrics: GatewayMetrics;
  readonly upstreams: readonly ObservedUpstream[];
  readonly log: Log;
}

/** `GET /metrics`: what the gateway counts, what each subgraph does, and their processes, on one page. */
export const createMetricsDoor = ({ refusal, metrics, upstreams, log }: MetricsDoorOptions) => {
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
