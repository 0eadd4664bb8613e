import type { QueryResolvers } from '#codegen/models.ts';
import { CATALOGUE } from '../downloads/source.ts';
import type { Services } from '../services.ts';
import { statusOf } from './status.ts';
import { tokensOf } from './tokens.ts';

export const queryOf = (services: Services): QueryResolvers => ({
  ...statusOf(services),
  ...tokensOf(services),
  models: async () => (await services.catalogue.list()).map(({ name }) => ({ name })),
  model: async (_, { name }) =>
    (await services.catalogue.find(name)) || services.downloads.of(name) ? { name } : null,
  catalogue: async () => {
    const installed = new Set((await services.catalogue.list()).map(({ name }) => name));
    return CATALOGUE.map((entry) => ({ ...entry, installed: installed.has(entry.name) }));
  },
});
