import { loadavg } from 'node:os';
import type { InferenceStatus, QueryResolvers, SubscriptionResolvers } from '#codegen/models.ts';
import { endable } from '#mesh/endable.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { VERSION } from '#mesh/version.ts';
import { listed } from '../known-models.ts';
import { machineMemory } from '../machine-memory.ts';
import { isShown } from '../model-settings.ts';
import { processors } from '../processors.ts';
import type { Services } from '../services.ts';
import { createTicks } from '../ticks.ts';

/** How often those who listen are told, at most. */
const BEAT_MS = 1_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** What is going on, as it is at the moment of asking, and from then on. */
export const statusOf = ({
  catalogue,
  remotes,
  workers,
  chats,
  requests,
  settings,
}: Services): {
  readonly Query: Required<Pick<QueryResolvers, 'inferenceStatus' | 'systemStatus'>>;
  readonly Subscription: Required<Pick<SubscriptionResolvers, 'inferenceStatusEvents'>>;
} => {
  const startedAt = new Date().toISOString();
  const ticks = createTicks(BEAT_MS);

  /** The sums are of all models; named are those that are for the caller. */
  const inference = async (caller: Caller): Promise<InferenceStatus> => {
    const all = workers.allLoaded();
    const loads = all.map((model) => model.load());
    const shown = await Promise.all(all.map(async ({ name }) => isShown(await settings.of(name), caller)));
    const models = all.filter((_model, index) => shown[index]);
    return {
      loaded: models.map(({ name }) => name),
      memoryBytes: sum(all.map((model) => model.memoryBytes())),
      memoryBudgetBytes: Math.floor(workers.budget),
      cpuPercent: sum(all.map((model) => model.cpuPercent())),
      threads: sum(all.map(({ options }) => options.threads)),
      active: sum(loads.map(({ active }) => active)),
      queued: sum(loads.map(({ queued }) => queued)),
      sessions: requests.sessions(),
      tokens: chats.tokens(),
      tokensPerSecond: chats.tokensPerSecond(),
      models: models.map((model) => ({
        name: model.name,
        places: model.options.sequences,
        ...model.load(),
        memoryBytes: model.memoryBytes(),
        cpuPercent: model.cpuPercent(),
        threads: model.options.threads,
        ...model.worked(),
      })),
    };
  };

  /** At once, and each time that something has changed. */
  const follow = async function* (caller: Caller, signal: AbortSignal): AsyncGenerator<InferenceStatus, void> {
    let last = '';
    for await (const _ of ticks.follow(signal)) {
      const status = await inference(caller);
      const text = JSON.stringify(status);
      if (text !== last) yield status;
      last = text;
    }
  };

  return {
    Query: {
      inferenceStatus: (_, _args, context) => inference(callerOf(context)),
      systemStatus: async (_, _args, context) => ({
        version: VERSION,
        startedAt,
        processors: processors(),
        loadAverage: loadavg()[0] ?? 0,
        memoryBytes: machineMemory.total(),
        freeMemoryBytes: await machineMemory.available(),
        inference: await inference(callerOf(context)),
        models: (await listed({ catalogue, remotes })).map(({ name }) => ({ name })),
      }),
    },
    Subscription: {
      inferenceStatusEvents: {
        subscribe: (_parent, _args, context) =>
          endable(
            (until) => follow(callerOf(context), until),
            context.signal,
            (error) => context.log.error({ error }, 'a stream of the status ended badly'),
          ),
        resolve: (status: InferenceStatus) => status,
      },
    },
  };
};
