import type { ChatCompletionResolvers, ModelResolvers, ModelSettingsResolvers } from '#codegen/models.ts';
import { CATALOGUE } from '../downloads/source.ts';
import { isKnown } from '../known-models.ts';
import { defaultContextSize } from '../load-plan.ts';
import { optionsOf } from '../model-settings.ts';
import type { ChoiceMapper } from '../mappers.ts';
import type { Services } from '../services.ts';

const choiceOf = ({ toolCalls, logprobs, ...choice }: ChoiceMapper) => ({
  ...choice,
  logprobs: logprobs && logprobs.map(({ top, ...token }) => ({ ...token, top: [...top] })),
  message: { role: 'ASSISTANT' as const, content: choice.text, toolCalls: [...toolCalls] },
});

const firstOf = ([first]: readonly ChoiceMapper[]): ChoiceMapper => {
  if (!first) throw new Error('a completion without a choice');
  return first;
};

export const entitiesOf = ({
  catalogue,
  workers,
  prices,
  downloads,
  remotes,
  settings,
}: Services): {
  readonly Model: ModelResolvers;
  readonly ModelSettings: ModelSettingsResolvers;
  readonly ChatCompletion: ChatCompletionResolvers;
} => {
  return {
    Model: {
      __resolveReference: async ({ name }) =>
        (await isKnown({ catalogue, downloads, remotes }, name)) ? { name } : null,
      id: ({ name }) => name,
      kind: async ({ name }) => {
        const remote = await remotes.find(name);
        if (remote) return remote.kind;
        const installed = await catalogue.find(name);
        if (installed?.header.outcome === 'read') return installed.header.kind;
        // Nobody can tell what a damaged file was meant to be; a chat with it says that it is damaged.
        return CATALOGUE.find((entry) => entry.name === name)?.kind ?? 'CHAT';
      },
      status: async ({ name }) => {
        const remote = await remotes.find(name);
        if (remote) return remote.status();
        return (await catalogue.find(name)) ? workers.stateOf(name).status : 'NOT_INSTALLED';
      },
      remote: async ({ name }) => (await remotes.find(name)) !== undefined,
      contextSize: async ({ name }) => {
        const loaded = (await remotes.find(name)) ?? workers.loaded(name);
        if (loaded) return loaded.contextSize;
        const installed = await catalogue.find(name);
        if (!installed) return 0;
        const { contextSize, sequences } = optionsOf({}, await settings.of(name));
        return contextSize ?? defaultContextSize(installed, sequences ?? undefined);
      },
      costPerToken: async ({ name }, _args, context) => (await prices.of(name, context)).completion,
      promptTokenPrice: async ({ name }, _args, context) => (await prices.of(name, context)).prompt,
      completionTokenPrice: async ({ name }, _args, context) => (await prices.of(name, context)).completion,
      sizeBytes: async ({ name }) => (await catalogue.find(name))?.sizeBytes ?? 0,
      memoryBytes: ({ name }) => workers.loaded(name)?.memoryBytes() ?? null,
      cpuPercent: ({ name }) => workers.loaded(name)?.cpuPercent() ?? null,
      threads: ({ name }) => workers.loaded(name)?.options.threads ?? null,
      lastError: async ({ name }) => {
        const remote = await remotes.find(name);
        if (remote) return remote.lastError();
        const header = (await catalogue.find(name))?.header;
        return header?.outcome === 'unreadable' ? header.reason : workers.stateOf(name).lastError;
      },
      download: ({ name }) => downloads.of(name) ?? null,
      settings: ({ name }) => settings.of(name),
    },
    ModelSettings: {
      access: ({ roles, users }) => (roles && users ? { roles, users } : null),
    },
    ChatCompletion: {
      choices: ({ choices }) => choices.map(choiceOf),
      message: ({ choices }) => choiceOf(firstOf(choices)).message,
      text: ({ choices }) => firstOf(choices).text,
      finishReason: ({ choices }) => firstOf(choices).finishReason,
    },
  };
};
