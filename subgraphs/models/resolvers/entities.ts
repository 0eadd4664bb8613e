import type { ChatCompletionResolvers, ModelResolvers } from '#codegen/models.ts';
import { StudioError } from '#mesh/errors.ts';
import type { InstalledModel } from '../catalogue.ts';
import { defaultContextSize } from '../load-plan.ts';
import type { Services } from '../services.ts';

export const entitiesOf = ({
  catalogue,
  workers,
  prices,
}: Services): { readonly Model: ModelResolvers; readonly ChatCompletion: ChatCompletionResolvers } => {
  const installed = async (name: string): Promise<InstalledModel> => {
    const model = await catalogue.find(name);
    if (!model) throw new StudioError('NOT_FOUND', `The file of ${name} is not installed any more.`);
    return model;
  };
  return {
    Model: {
      __resolveReference: async ({ name }) => ((await catalogue.find(name)) ? { name } : null),
      id: ({ name }) => name,
      kind: async ({ name }) => {
        const { header } = await installed(name);
        // Nobody can tell what a damaged file was meant to be; a chat with it says that it is damaged.
        return header.outcome === 'read' ? header.kind : 'CHAT';
      },
      status: ({ name }) => workers.stateOf(name).status,
      contextSize: async ({ name }) => workers.loaded(name)?.contextSize ?? defaultContextSize(await installed(name)),
      costPerToken: async ({ name }, _args, context) => (await prices.of(name, context)).completion,
      promptTokenPrice: async ({ name }, _args, context) => (await prices.of(name, context)).prompt,
      completionTokenPrice: async ({ name }, _args, context) => (await prices.of(name, context)).completion,
      sizeBytes: async ({ name }) => (await installed(name)).sizeBytes,
      memoryBytes: ({ name }) => workers.loaded(name)?.memoryBytes() ?? null,
      lastError: async ({ name }) => {
        const { header } = await installed(name);
        return header.outcome === 'unreadable' ? header.reason : workers.stateOf(name).lastError;
      },
    },
    ChatCompletion: {
      message: ({ text }) => ({ role: 'ASSISTANT', content: text }),
    },
  };
};
