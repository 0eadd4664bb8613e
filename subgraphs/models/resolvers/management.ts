import { rm } from 'node:fs/promises';
import type { ModelSettingsInput, MutationResolvers } from '#codegen/models.ts';
import { actorOf, recordAudit } from '#mesh/audit.ts';
import { StudioError } from '#mesh/errors.ts';
import { refuse, within } from '../bounds.ts';
import { isKnown } from '../known-models.ts';
import { changeSettings } from '../model-settings.ts';
import type { Services } from '../services.ts';

const ofModel = (name: string) => ({ targetKind: 'model', targetId: name });

/** What was set, for the audit log: of a prompt that it was, and of the people how many. */
const described = ({ systemPrompt, access, ...numbers }: Omit<ModelSettingsInput, 'model'>) => ({
  ...numbers,
  ...(systemPrompt === undefined ? {} : { systemPrompt: systemPrompt !== null }),
  ...(access === undefined
    ? {}
    : { access: access && { roles: [...(access.roles ?? [])], users: access.users?.length ?? 0 } }),
});

/** What admins do with models beside loading them. */
export const managementOf = ({
  catalogue,
  workers,
  changes,
  downloads,
  remotes,
  settings,
  database,
}: Services): Required<
  Pick<MutationResolvers, 'downloadModel' | 'cancelDownload' | 'deleteModel' | 'setModelSettings'>
> => ({
  downloadModel: async (_, { name }, context) => {
    const model = await downloads.request(name);
    const details = { asked: name.slice(0, 400) };
    await recordAudit(database, actorOf(context), { ...ofModel(model), action: 'model.download-requested', details });
    return { name: model };
  },
  cancelDownload: async (_, { name }, context) => {
    await downloads.cancel(name);
    await recordAudit(database, actorOf(context), { ...ofModel(name), action: 'model.download-cancelled' });
    return { name };
  },
  deleteModel: async (_, { name }, context) => {
    const model = await catalogue.find(name);
    if (!model && !downloads.of(name)) return false;
    const { status } = workers.stateOf(name);
    if (status === 'LOADED' || status === 'LOADING') {
      throw new StudioError('CONFLICT', `${name} is loaded; unload it first.`);
    }
    await downloads.forget(name);
    if (model) await rm(model.path, { force: true });
    await database.transaction(async (transaction) => {
      await settings.write(transaction, name, null);
      await recordAudit(transaction, actorOf(context), { ...ofModel(name), action: 'model.deleted' });
    });
    settings.wrote(name, null);
    changes.publish(name);
    return true;
  },
  setModelSettings: async (_, { input }, context) => {
    const { model: name, ...change } = input;
    const remote = await remotes.find(name);
    const model = await catalogue.find(name);
    if (!(await isKnown({ catalogue, downloads, remotes }, name))) {
      throw new StudioError('NOT_FOUND', `There is no model ${JSON.stringify(name.slice(0, 128))}.`);
    }
    const changed = changeSettings(await settings.of(name), input);
    if (remote && changed.contextShift) {
      refuse('contextShift', `${name} is served by another machine, which counts its tokens too late for that.`);
    }
    if (changed.contextSize !== null && model?.header.outcome === 'read') {
      within('contextSize', changed.contextSize, 1, model.header.trainedContext);
    }
    await database.transaction(async (transaction) => {
      await settings.write(transaction, name, changed);
      const event = { ...ofModel(name), action: 'model.settings-changed', details: described(change) };
      await recordAudit(transaction, actorOf(context), event);
    });
    settings.wrote(name, changed);
    changes.publish(name);
    return { name };
  },
});
