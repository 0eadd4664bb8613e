import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { z } from 'zod';
import { SUBGRAPHS } from '#mesh/config.ts';
import { median } from '../statistics.ts';
import { sdlOf } from './answers.ts';
import { LoadReport, type Order } from './load-order.ts';
import { startPeers, type Gateway } from './peers.ts';
import { cpuOf, startNode, untilAnswering, type Started } from '../processes.ts';
import { QUERIES, SUBSCRIPTION, type QueryName } from './workloads.ts';

const ROUNDS = 5;
/** Before the first round: caches fill, and the JIT compiles what is asked most. */
const WARM_UP_MS = 4_000;
const ROUND_MS = 1_500;
const AT_ONCE = 16;
const CLIENTS = 20;
const EVENTS = 300;

/** One measurement of one gateway. */
interface Figures {
  /** Of the gateway's process, in microseconds for a request or an event. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Milliseconds; null for events. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Requests to subgraphs for one request to the gateway, or one event. */
  readonly upstream: number;
  /** CPU of those that must not be what is measured: the load's and the subgraphs' for a request or an event. */
  readonly loadCpu: number;
  readonly subgraphCpu: number;
}

/** Medians of all rounds; `times` compares with ours: the median of the quotients of neighbouring measurements. */
interface Compared extends Figures {
  readonly times: { readonly cpu: number; readonly perSecond: number };
}

export interface GatewayBench {
  readonly [workload: string]: Readonly<Record<string, Compared>>;
}

const Urls = z.object({ urls: z.record(z.enum(SUBGRAPHS), z.string()) });
const Count = z.object({ requests: z.number() });
const Data = z.object({ data: z.unknown(), errors: z.undefined().optional() });

interface Stage {
  readonly subgraphs: Started;
  readonly load: Started;
  readonly gateways: readonly Gateway[];
  /** Where each query can be asked without a gateway. */
  readonly bare: Gateway;
}

const measure = async ({ subgraphs, load }: Stage, gateway: Gateway, order: Order): Promise<Figures> => {
  const pids = [gateway.process.pid, load.pid, subgraphs.pid];
  const before = await Promise.all(pids.map(cpuOf));
  const { requests: first } = await subgraphs.receive(Count, {});
  const outcome = await load.receive(LoadReport, order);
  if ('failure' in outcome) throw new Error(`${gateway.name}: ${outcome.failure}`);
  const { requests: last } = await subgraphs.receive(Count, {});
  const after = await Promise.all(pids.map(cpuOf));
  const { done, seconds, p50, p99 } = outcome;
  const [cpu = 0, loadCpu = 0, subgraphCpu = 0] = after.map((used, index) => (used - (before[index] ?? 0)) / done);
  return { cpu, perSecond: done / seconds, p50, p99, upstream: (last - first) / done, loadCpu, subgraphCpu };
};

const middle = (rounds: readonly Figures[], of: (figures: Figures) => number | null): number =>
  median(rounds.map((figures) => of(figures) ?? Number.NaN));

const compare = (rounds: readonly Figures[], ours: readonly Figures[]): Compared => {
  const quotients = (of: (figures: Figures) => number) =>
    median(rounds.map((figures, index) => of(figures) / (ours[index] ? of(ours[index]) : Number.NaN)));
  const isTimed = rounds[0]?.p50 !== null;
  return {
    times: { cpu: quotients(({ cpu }) => cpu), perSecond: quotients(({ perSecond }) => perSecond) },
    cpu: middle(rounds, ({ cpu }) => cpu),
    perSecond: middle(rounds, ({ perSecond }) => perSecond),
    p50: isTimed ? middle(rounds, ({ p50 }) => p50) : null,
    p99: isTimed ? middle(rounds, ({ p99 }) => p99) : null,
    upstream: middle(rounds, ({ upstream }) => upstream),
    loadCpu: middle(rounds, ({ loadCpu }) => loadCpu),
    subgraphCpu: middle(rounds, ({ subgraphCpu }) => subgraphCpu),
  };
};

/** Measures all gateways in each round, one after the other and beginning with another each time. */
const alternate = async (
  stage: Stage,
  gateways: readonly Gateway[],
  orderFor: (gateway: Gateway, ms: number) => Order,
): Promise<Readonly<Record<string, Compared>>> => {
  const found = new Map(gateways.map(({ name }) => [name, new Array<Figures>()]));
  for (let round = -1; round < ROUNDS; round += 1) {
    const turn = (round + 1) % gateways.length;
    for (const gateway of [...gateways.slice(turn), ...gateways.slice(0, turn)]) {
      const figures = await measure(stage, gateway, orderFor(gateway, round < 0 ? WARM_UP_MS : ROUND_MS));
      if (round >= 0) found.get(gateway.name)?.push(figures);
    }
  }
  const ours = found.get('ours') ?? [];
  return Object.fromEntries([...found].map(([name, rounds]) => [name, compare(rounds, ours)]));
};

/** Asks everybody the same once. @throws Error when the answers differ: there is then nothing to compare */
const agree = async (gateways: readonly Gateway[]): Promise<void> => {
  for (const query of Object.values(QUERIES)) {
    const answers = await Promise.all(
      gateways.map(async ({ url }) => {
        const answer = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables: { seed: '~000000000~' } }),
        });
        return Data.parse(await answer.json()).data;
      }),
    );
    const odd = gateways.find((_, index) => !isDeepStrictEqual(answers[index], answers[0]));
    if (odd) throw new Error(`${odd.name} does not answer as ${gateways[0]?.name} does: ${query}`);
  }
};

const composed = async (urls: Readonly<Record<string, string>>): Promise<string> => {
  const services = SUBGRAPHS.map(async (name) => ({
    name,
    url: `${urls[name]}/graphql`,
    typeDefs: parse(await sdlOf(name)),
  }));
  const { supergraphSdl, errors } = composeServices(await Promise.all(services));
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
};

const startOurs = async (home: string, supergraph: string, urls: Readonly<Record<string, string>>) => {
  const env = Object.fromEntries(SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, urls[name] ?? '']));
  const process = startNode([join(import.meta.dirname, 'ours.ts'), home, supergraph], {
    env: { ...env, GATEWAY_PORT: '0', DEVSTUDIO_HOME: home, DEVSTUDIO_HOST: '127.0.0.1' },
  });
  const { url } = await process.receive(z.object({ url: z.string() }));
  await untilAnswering(url);
  return { name: 'ours', url, process, streams: true };
};

const measureAll = async (stage: Stage, onProgress: (line: string) => void): Promise<GatewayBench> => {
  await agree(stage.gateways);
  const found: Record<string, Readonly<Record<string, Compared>>> = {};
  for (const distinct of [false, true]) {
    const which = distinct ? 'distinct' : 'identical';
    for (const [name, query] of Object.entries<string>(QUERIES) as [QueryName, string][]) {
      onProgress(`${name}, ${which} requests`);
      const gateways = name === 'one' ? [...stage.gateways, stage.bare] : stage.gateways;
      found[`${name} ${which}`] = await alternate(stage, gateways, ({ url }, ms) => ({
        kind: 'requests',
        url,
        query,
        distinct,
        ms,
        atOnce: AT_ONCE,
      }));
    }
    onProgress(`events, ${which} streams`);
    found[`events ${which}`] = await alternate(
      stage,
      stage.gateways.filter(({ streams }) => streams),
      ({ url }) => ({ kind: 'streams', url, query: SUBSCRIPTION, distinct, clients: CLIENTS, events: EVENTS }),
    );
  }
  return found;
};

/**
 * Measures our gateway against its peers and a bare subgraph, in one run on the same subgraphs.
 * @param onProgress told what is measured now
 * @throws CommandError when the peers cannot be installed
 */
export const benchGateway = async (onProgress: (line: string) => void): Promise<GatewayBench> => {
  const home = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  const started: Started[] = [];
  const keep = <T extends Started>(process: T): T => {
    started.push(process);
    return process;
  };
  try {
    const subgraphs = keep(startNode([join(import.meta.dirname, 'subgraphs.ts')]));
    const { urls } = await subgraphs.receive(Urls);
    const supergraph = join(home, 'supergraph.graphql');
    await writeFile(supergraph, await composed(urls));
    const load = keep(startNode([join(import.meta.dirname, 'load.ts')]));
    const ours = await startOurs(home, supergraph, urls);
    keep(ours.process);
    const peers = await startPeers(supergraph);
    for (const { process } of peers) keep(process);
    const bare = { name: 'bare', url: urls.agents, process: subgraphs, streams: false };
    return await measureAll({ subgraphs, load, gateways: [ours, ...peers], bare }, onProgress);
  } finally {
    await Promise.all(started.map((process) => process.stop()));
    await rm(home, { recursive: true, force: true });
  }
};
