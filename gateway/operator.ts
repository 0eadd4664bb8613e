import type { IncomingMessage } from 'node:http';
import { originOf } from '#mesh/address.ts';
import type { Config } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { proveMetricsReader } from '#mesh/metrics-access.ts';
import { shownBy } from './access/credentials.ts';
import type { Graph } from './graph.ts';
import type { Arrival } from './http/door.ts';
import { rateError } from './rates/decision.ts';

/** The scope of an admin, who may see how the whole installation is doing. */
const SCOPE = 'users:manage';

const isHere = (host: string): boolean => host === 'localhost' || originOf(host.replaceAll(/[[\]]/g, '')).loopback;

/** Whether the gateway is for this machine alone, by all that it is told of itself. */
const isPrivate = ({ mode, host, publicUrl, trustedProxies }: OperatorConfig): boolean =>
  mode === 'development' && trustedProxies === undefined && isHere(host) && isHere(new URL(publicUrl).hostname);

type OperatorConfig = Pick<Config, 'mode' | 'host' | 'publicUrl' | 'trustedProxies' | 'metricsToken'>;

/** Why who asks may not see how the installation is doing; undefined for who runs it. Takes a point of who asks. */
export type RefuseOperator = (
  request: IncomingMessage,
  arrival: Arrival,
  signal: AbortSignal,
) => Promise<StudioError | undefined>;

export const createRefuseOperator = (graph: Graph, config: OperatorConfig): RefuseOperator => {
  const door = { token: config.metricsToken, isPrivate: isPrivate(config) };
  return async (request, { requestId, meter }, signal) => {
    const proof = proveMetricsReader(request, door);
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
};
