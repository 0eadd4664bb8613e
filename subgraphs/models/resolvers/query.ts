import type { QueryResolvers } from '#codegen/models.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { CATALOGUE } from '../downloads/source.ts';
import { isKnown, listed } from '../known-models.ts';
import { isShown } from '../model-settings.ts';
import type { Services } from '../services.ts';
import { requestLogOf } from './request-log.ts';
import { tokensOf } from './tokens.ts';

export const queryOf = (services: Services): QueryResolvers => ({
  ...tokensOf(services),
  ...requestLogOf(services).Query,
  models: async (_, _args, context) => {
    const caller = callerOf(context);
    const all = await listed(services);
    const shown = await Promise.all(all.map(async ({ name }) => isShown(await services.settings.of(name), caller)));
    return all.filter((_model, index) => shown[index]).map(({ name }) => ({ name }));
  },
  model: async (_, { name }, context) => {
    if (!(await isKnown(services, name))) return null;
    return isShown(await services.settings.of(name), callerOf(context)) ? { name } : null;
  },
  catalogue: async () => {
    const installed = new Set((await services.catalogue.list()).map(({ name }) => name));
    return CATALOGUE.map((entry) => ({ ...entry, installed: installed.has(entry.name) }));
  },
});
