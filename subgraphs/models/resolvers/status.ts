import { availableParallelism, loadavg } from 'node:os';
import type { InferenceStatus, QueryResolvers } from '#codegen/models.ts';
import { VERSION } from '#mesh/version.ts';
import { listed } from '../known-models.ts';
import { machineMemory } from '../machine-memory.ts';
import type { Services } from '../services.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** What is going on, as it is at the moment of asking. */
export const statusOf = ({
  catalogue,
  remotes,
  workers,
  chats,
}: Services): Required<Pick<QueryResolvers, 'inferenceStatus' | 'systemStatus'>> => {
  const startedAt = new Date().toISOString();
  const inference = (): InferenceStatus => {
    const models = workers.allLoaded();
    const loads = models.map((model) => model.load());
    return {
      loaded: models.map(({ name }) => name),
      memoryBytes: sum(models.map((model) => model.memoryBytes())),
      memoryBudgetBytes: Math.floor(workers.budget),
      cpuPercent: sum(models.map((model) => model.cpuPercent())),
      threads: sum(models.map(({ options }) => options.threads)),
      active: sum(loads.map(({ active }) => active)),
      queued: sum(loads.map(({ queued }) => queued)),
      tokens: chats.tokens(),
    };
  };
  return {
    inferenceStatus: inference,
    systemStatus: async () => ({
      version: VERSION,
      startedAt,
      processors: availableParallelism(),
      loadAverage: loadavg()[0] ?? 0,
      memoryBytes: machineMemory.total(),
      freeMemoryBytes: await machineMemory.available(),
      inference: inference(),
      models: (await listed({ catalogue, remotes })).map(({ name }) => ({ name })),
    }),
  };
};
