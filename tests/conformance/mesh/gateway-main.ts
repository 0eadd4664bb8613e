import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startGateway } from '#gateway/server.ts';
import { readConfig, SUBGRAPHS } from '#mesh/config.ts';
import { MESH_LOG, MESH_SECRET } from './mesh.ts';

/** The process of `gateway-process.ts`: serves until its parent lets go of it, and says what it holds when asked. */

const Options = z.object({ supergraph: z.string(), urls: z.record(z.enum(SUBGRAPHS), z.string()) });
const { supergraph, urls } = Options.parse(JSON.parse(process.argv[2] ?? ''));

const BOUNDLESS = 1_000_000_000;

const gateway = await startGateway({
  config: { ...readConfig({ GATEWAY_PORT: '0' }, '/'), urls },
  secret: MESH_SECRET,
  log: MESH_LOG,
  local: new Map(),
  studio: '/nowhere',
  supergraph,
  rates: {
    principal: BOUNDLESS,
    address: BOUNDLESS,
    signIns: BOUNDLESS,
    streams: BOUNDLESS,
    anonymousStreams: BOUNDLESS,
    sockets: BOUNDLESS,
    anonymousSockets: BOUNDLESS,
    anonymousIdle: 3_600,
    loopback: 1,
  },
});

/** Several rounds, so that what waits for a finalizer or a timer is gone as well. */
const collect = async (): Promise<void> => {
  for (let round = 0; round < 5; round += 1) {
    global.gc?.();
    await sleep(20);
  }
};

const answer = async (question: unknown): Promise<void> => {
  if (question === 'settled') await collect();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed });
};

process.on('message', (question) => void answer(question));
process.on('disconnect', () => void gateway.stop(0).then(() => process.exit()));
process.send?.({ url: gateway.url });
