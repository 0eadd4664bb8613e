import type { QueryResolvers } from '#codegen/models.ts';
import type { Services } from '../services.ts';
import { statusOf } from './status.ts';

export const queryOf = (services: Services): QueryResolvers => ({
  ...statusOf(services),
  models: async () => (await services.catalogue.list()).map(({ name }) => ({ name })),
  model: async (_, { name }) => ((await services.catalogue.find(name)) ? { name } : null),
});
