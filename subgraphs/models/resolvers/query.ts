import type { QueryResolvers } from '#codegen/models.ts';
import type { Services } from '../services.ts';

export const queryOf = ({ catalogue }: Services): QueryResolvers => ({
  models: async () => (await catalogue.list()).map(({ name }) => ({ name })),
  model: async (_, { name }) => ((await catalogue.find(name)) ? { name } : null),
});
