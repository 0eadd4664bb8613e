import { join } from 'node:path';
import type { Gateway } from '#gateway/server.ts';
import { ConfigurationError, SUBGRAPHS, type Config, type ServiceName, type SubgraphName } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Served } from '#mesh/serve.ts';
import type { Subgraph } from '#mesh/service.ts';

export interface HostOptions {
  readonly root: string;
  readonly services: readonly ServiceName[];
  readonly config: Config;
  readonly secret: Secret;
  readonly logOf: (service: ServiceName) => Log;
}

/** Services that run in this process. */
export interface Hosted {
  /** Where each of them answers. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Takes nothing new, lets what runs finish for at most `graceMs`, then frees what is held. */
  stop(graceMs: number): Promise<void>;
}

type Start = (options: {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}) => Promise<Subgraph>;

/** Imported one by one, so that a process loads only what it hosts. */
const SUBGRAPH_STARTS: Readonly<Record<SubgraphName, () => Promise<Start>>> = {
  users: async () => (await import('#subgraphs/users/server.ts')).startUsers,
  models: async () => (await import('#subgraphs/models/server.ts')).startModels,
  sandbox: async () => (await import('#subgraphs/sandbox/server.ts')).startSandbox,
  agents: async () => (await import('#subgraphs/agents/server.ts')).startAgents,
};

/**
 * Hosts any set of services. Each subgraph listens on its own port for a gateway elsewhere; a gateway of the same
 * process calls it directly.
 * @throws ConfigurationError when a setting does not allow it; what was started until then has ended
 */
export const hostServices = async ({ root, services, config, secret, logOf }: HostOptions): Promise<Hosted> => {
  const subgraphs = new Map<SubgraphName, Subgraph>();
  const served = new Map<SubgraphName, Served>();
  let gateway: Gateway | undefined;

  const stop = async (graceMs: number): Promise<void> => {
    await Promise.all([gateway?.stop(graceMs), ...[...served.values()].map((server) => server.stop(graceMs))]);
    await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.stop()));
  };

  const host = async (name: SubgraphName): Promise<void> => {
    const { databaseUrl } = config;
    if (databaseUrl === undefined) {
      throw new ConfigurationError(
        `DATABASE_URL is not set; to serve ${name} it must be the postgres:// address of a database that devstudio migrate has prepared.`,
      );
    }
    const [start, { serveSubgraph }] = await Promise.all([SUBGRAPH_STARTS[name](), import('#mesh/subgraph.ts')]);
    const log = logOf(name);
    const subgraph = await start({ config, databaseUrl, secret, log });
    subgraphs.set(name, subgraph);
    served.set(name, await serveSubgraph(subgraph, config, log));
  };

  const hosted = SUBGRAPHS.filter((name) => services.includes(name));
  // All are waited for even when one fails, so that none is left half started.
  const results = await Promise.allSettled(hosted.map(host));
  try {
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    if (services.includes('gateway')) {
      const { startGateway } = await import('#gateway/server.ts');
      gateway = await startGateway({
        config,
        secret,
        log: logOf('gateway'),
        local: subgraphs,
        studio: join(root, 'studio/dist'),
      });
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  return {
    addresses: Object.fromEntries([
      ...[...served].map(([name, { url }]) => [name, url]),
      ...(gateway ? [['gateway', gateway.url]] : []),
    ]),
    stop,
  };
};
