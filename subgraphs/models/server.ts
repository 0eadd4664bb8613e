import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Resolvers } from '#codegen/models.ts';
import type { Config } from '#mesh/config.ts';
import { startErasing } from '#mesh/database/erasures.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Readiness, Subgraph } from '#mesh/service.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { openCatalogue, type Catalogue } from './catalogue.ts';
import { createChanges } from './changes.ts';
import { createChats } from './chat.ts';
import { createDoors } from './doors.ts';
import { createDownloads } from './downloads/downloads.ts';
import { openHub } from './downloads/hub.ts';
import { machineMemory } from './machine-memory.ts';
import { createMetrics } from './metrics.ts';
import { keepPinned } from './pinned.ts';
import { createPrices } from './price.ts';
import { startPromptLogging } from './request-log/prompt-logging.ts';
import { createRequestQueue } from './request-log/queue.ts';
import { createRequests } from './requests.ts';
import { entitiesOf } from './resolvers/entities.ts';
import { mutationOf } from './resolvers/mutation.ts';
import { queryOf } from './resolvers/query.ts';
import { requestLogOf } from './resolvers/request-log.ts';
import { statusOf } from './resolvers/status.ts';
import { subscriptionOf } from './resolvers/subscription.ts';
import { createRemoteModels } from './remote/remote-models.ts';
import type { Services } from './services.ts';
import { createServing } from './serving.ts';
import { createSettings, type Settings } from './settings.ts';
import { installStarters } from './starter/install.ts';
import { openBackendStore } from './store/backends.ts';
import { openDownloadStore } from './store/downloads.ts';
import { openSettingsStore } from './store/settings.ts';
import { eraseRequests, insertRequests } from './store/request-log.ts';
import { openBilling } from './store/billing.ts';
import { createTextRequests } from './text-requests.ts';
import { createWorkers, type WorkerRules } from './workers.ts';

export interface ModelsOptions {
  readonly config: Config;
  /** Any `postgres://` address of the database. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}

const MINUTE_MS = 60_000;

const rulesOf = (
  { modelMemory, modelIdleMinutes, modelsOnDemand }: Config,
  settings: Pick<Settings, 'of'>,
): WorkerRules => ({
  memory: machineMemory,
  budget: 'bytes' in modelMemory ? modelMemory.bytes : machineMemory.total() * modelMemory.share,
  onDemand: modelsOnDemand,
  residenceOf: async (name) => {
    const { pinned, idleMinutes } = await settings.of(name);
    const minutes = idleMinutes ?? modelIdleMinutes;
    return { pinned, idleMs: minutes === 0 ? Infinity : minutes * MINUTE_MS };
  },
});

const readinessOf = async (database: Database, catalogue: Catalogue, modelsDir: string): Promise<Readiness> => {
  const [bill, folder] = await Promise.allSettled([
    database.one(sql.type(z.object({ up: z.literal(1) }))`select 1 as up`),
    catalogue.list(),
  ]);
  const missing = [
    ...(bill.status === 'rejected' ? [{ what: 'the database', mend: 'see whether PostgreSQL runs' }] : []),
    ...(folder.status === 'rejected'
      ? [{ what: 'the models folder', mend: `make ${modelsDir} a folder that this user may read` }]
      : []),
  ];
  return missing.length === 0 ? { ready: true } : { ready: false, missing };
};

/**
 * Starts the service that owns the models: their files, their workers and the chats with them.
 * @throws ConfigurationError when the models folder cannot be written
 */
export const startModels = async ({ config, databaseUrl, secret, log }: ModelsOptions): Promise<Subgraph> => {
  await installStarters(config.modelsDir);
  const database = await openPool(serviceAddress(databaseUrl, 'models', secret), log);
  const catalogue = openCatalogue(config.modelsDir);
  const changes = createChanges();
  const settings = createSettings(openSettingsStore(database), log);
  const workers = createWorkers(catalogue, settings, changes, log, rulesOf(config, settings));
  const pinned = keepPinned(catalogue, settings, workers, log);
  const billing = openBilling(database, randomUUID());
  const metrics = createMetrics(workers);
  const remotes = createRemoteModels(
    openBackendStore(database),
    secret('backends'),
    (name) => changes.publish(name),
    log,
  );
  const serving = createServing(workers, remotes);
  const requestQueue = createRequestQueue((records) => insertRequests(database, records), metrics.registry, log);
  const promptLogging = startPromptLogging(database, config.requestLogDays, log);
  const erasing = startErasing(database, (userId) => eraseRequests(database, userId), { log });
  const requests = createRequests(metrics, requestQueue, promptLogging);
  const doors = createDoors(settings, billing, log);
  const chats = createChats(serving, doors, billing, requests);
  const texts = createTextRequests(serving, doors, billing, requests);
  const downloads = createDownloads({
    hub: openHub(config.hub),
    store: openDownloadStore(database),
    catalogue,
    changes,
    folder: config.modelsDir,
    log,
  });
  // Without the database they are taken up by the next request for one.
  downloads.restore().catch((error: unknown) => log.error({ error }, 'the downloads were not taken up again'));
  const services: Services = {
    catalogue,
    workers,
    changes,
    chats,
    texts,
    prices: createPrices(billing),
    downloads,
    remotes,
    serving,
    settings,
    doors,
    requests,
    promptLogging,
    database,
  };
  const status = statusOf(services);
  const resolvers: Resolvers = {
    Query: { ...queryOf(services), ...status.Query },
    Mutation: mutationOf(services),
    Subscription: { ...subscriptionOf(services), ...status.Subscription },
    ...entitiesOf(services),
    User: requestLogOf(services).User,
  };
  return createSubgraph({
    name: 'models',
    sdl: join(import.meta.dirname, '../../schemas/models.graphql'),
    resolvers,
    metrics: metrics.registry,
    secret,
    log,
    readiness: () => readinessOf(database, catalogue, config.modelsDir),
    stop: async () => {
      pinned.stop();
      await downloads.stop();
      await Promise.all([chats.stop(), texts.stop()]);
      await Promise.all([workers.stop(), remotes.stop()]);
      await Promise.all([requestQueue.stop(), promptLogging.stop(), erasing.stop()]);
      await database.end();
    },
  });
};
