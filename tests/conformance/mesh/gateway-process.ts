import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfig, SUBGRAPHS, type SubgraphName } from '#mesh/config.ts';
import type { Served } from '#mesh/serve.ts';
import { serveSubgraph } from '#mesh/subgraph.ts';
import { composeMesh, createTestSubgraphs, MESH_LOG, type TestSubgraphs } from './mesh.ts';

/** What the gateway's process holds, in bytes. */
const Memory = z.object({ rss: z.number(), heapUsed: z.number() });
export type Memory = z.infer<typeof Memory>;

const Ready = z.object({ url: z.string() });

/** A gateway in a process of its own, before subgraphs that are served by this one: what it holds is its own. */
export interface GatewayProcess extends TestSubgraphs {
  readonly url: string;
  /** What it holds at the moment. */
  memory(): Promise<Memory>;
  /** What it holds once nothing is left to collect. */
  settled(): Promise<Memory>;
  stop(): Promise<void>;
}

const ask = async (child: ChildProcess, question: 'memory' | 'settled'): Promise<Memory> => {
  const answer = once(child, 'message');
  child.send(question);
  return Memory.parse((await answer)[0]);
};

/**
 * Starts it, with limits that no test reaches.
 * @param at subgraphs that the test serves itself, and where
 */
export const startGatewayProcess = async (
  at: Readonly<Partial<Record<SubgraphName, string>>> = {},
): Promise<GatewayProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-mesh-'));
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, await composeMesh());
  const parts = createTestSubgraphs(null);
  const config = readConfig({ DEVSTUDIO_HOME: folder }, folder);
  const served: Served[] = [];
  const urls: Partial<Record<SubgraphName, string>> = { ...at };
  for (const name of SUBGRAPHS) {
    if (name in at) continue;
    const subgraph = parts.subgraphs.get(name);
    if (!subgraph) throw new Error(`the mesh has no ${name}`);
    const server = await serveSubgraph(subgraph, { ...config, ports: { ...config.ports, [name]: 0 } }, MESH_LOG);
    served.push(server);
    urls[name] = server.url;
  }
  const child = fork(join(import.meta.dirname, 'gateway-main.ts'), [JSON.stringify({ supergraph, urls })], {
    execArgv: ['--expose-gc'],
  });
  // A child that fails to start says why itself, and sends nothing.
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the gateway’s process has ended')));
  ended.catch(() => undefined);
  const { url } = Ready.parse((await Promise.race([once(child, 'message'), ended]))[0]);
  return {
    ...parts,
    url,
    memory: () => ask(child, 'memory'),
    settled: () => ask(child, 'settled'),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.disconnect();
        await once(child, 'exit');
      }
      await Promise.all(served.map((server) => server.stop(200)));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
