import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { RateLimits } from '#gateway/rates/limits.ts';
import { startGateway, type Gateway } from '#gateway/server.ts';
import { readConfig, SUBGRAPHS, type SubgraphName } from '#mesh/config.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import type { Served } from '#mesh/serve.ts';
import type { Subgraph } from '#mesh/service.ts';
import { createSubgraph, serveSubgraph } from '#mesh/subgraph.ts';
import { createTestKeys, type TestKeys } from './keys.ts';
import { agentsResolvers, modelsResolvers, sandboxResolvers, usersResolvers, type Sources } from './resolvers.ts';

export const MESH_SECRET = secretFrom('the secret of the test mesh, long enough');
export const MESH_LOG = createLog('test', process.env['TEST_LOG'] ?? 'silent');

const sdlOf = (name: SubgraphName): string => join(import.meta.dirname, `${name}.graphql`);

/** Composes the test's own four subgraphs. */
export const composeMesh = async (): Promise<string> => {
  const services = await Promise.all(
    SUBGRAPHS.map(async (name) => ({
      name,
      url: `http://${name}/graphql`,
      typeDefs: parse(await readFile(sdlOf(name), 'utf8')),
    })),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
};

export interface TestSubgraphs {
  readonly subgraphs: ReadonlyMap<SubgraphName, Subgraph>;
  readonly keys: TestKeys;
  readonly sources: Sources;
}

/** Four small subgraphs that exercise what a plan can hold. */
export const createTestSubgraphs = (unknown: string | null = '2'): TestSubgraphs => {
  const keys = createTestKeys();
  const sources: Sources = { opened: 0, ended: 0, produced: 0 };
  const resolvers: Record<SubgraphName, object> = {
    users: usersResolvers(keys),
    models: modelsResolvers(sources),
    sandbox: sandboxResolvers(unknown),
    agents: agentsResolvers,
  };
  const subgraphs = new Map(
    SUBGRAPHS.map((name) => [
      name,
      createSubgraph({
        name,
        sdl: sdlOf(name),
        resolvers: resolvers[name],
        secret: MESH_SECRET,
        log: MESH_LOG,
        readiness: () => Promise.resolve({ ready: true }),
        stop: () => Promise.resolve(),
      }),
    ]),
  );
  return { subgraphs, keys, sources };
};

export interface TestMesh extends TestSubgraphs {
  readonly url: string;
  readonly gateway: Gateway;
  /** The file that the gateway watches. */
  readonly supergraph: string;
  stop(): Promise<void>;
}

export interface MeshOptions {
  /** Subgraphs that are reached over HTTP; the others live in the gateway's process. */
  readonly remote?: readonly SubgraphName[];
  /** Of these, the ones that nobody serves. */
  readonly down?: readonly SubgraphName[];
  /** Subgraphs that the test serves itself, and where. */
  readonly at?: Readonly<Partial<Record<SubgraphName, string>>>;
  /** The folder of the studio. */
  readonly studio?: string;
  readonly rates?: RateLimits;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** DEVSTUDIO_TRUSTED_PROXIES */
  readonly proxies?: string;
  /** Whether every service knows every user, so that it is all the same who is asked. */
  readonly allKnown?: boolean;
}

/** The gateway over the test's subgraphs, on a free port. */
export const startMesh = async ({
  remote = [],
  down = [],
  at = {},
  studio,
  rates,
  proxies,
  env = {},
  allKnown = false,
}: MeshOptions = {}): Promise<TestMesh> => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-mesh-'));
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, await composeMesh());
  const parts = createTestSubgraphs(allKnown ? null : '2');
  const config = readConfig(
    { GATEWAY_PORT: '0', DEVSTUDIO_HOME: folder, DEVSTUDIO_TRUSTED_PROXIES: proxies, ...env },
    folder,
  );
  const ports = { ...config.ports, users: 0, models: 0, sandbox: 0, agents: 0 };
  const served: Served[] = [];
  const urls = { ...config.urls, ...at };
  for (const name of remote) {
    const subgraph = parts.subgraphs.get(name);
    if (!subgraph) continue;
    const server = await serveSubgraph(subgraph, { ...config, ports }, MESH_LOG);
    served.push(server);
    urls[name] = server.url;
    if (down.includes(name)) await server.stop(0);
  }
  const gateway = await startGateway({
    config: { ...config, urls },
    secret: MESH_SECRET,
    log: MESH_LOG,
    local: new Map([...parts.subgraphs].filter(([name]) => !remote.includes(name) && !(name in at))),
    studio: studio ?? join(folder, 'no-studio'),
    supergraph,
    documents: join(folder, 'documents.json'),
    ...(rates ? { rates } : {}),
  });
  return {
    ...parts,
    url: gateway.url,
    gateway,
    supergraph,
    stop: async () => {
      await gateway.stop(200);
      await Promise.all(served.map((server) => server.stop(200)));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
