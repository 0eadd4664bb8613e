import { UniqueIntegrityConstraintViolationError } from 'slonik';
import type { MutationResolvers } from '#codegen/models.ts';
import { actorOf, recordAudit } from '#mesh/audit.ts';
import { StudioError } from '#mesh/errors.ts';
import { readRemoteModel } from '../remote/description.ts';
import type { Services } from '../services.ts';

const ofModel = (name: string) => ({ targetKind: 'model', targetId: name });

const taken = (name: string): StudioError => new StudioError('CONFLICT', `There is a model ${name} already.`);

/** What admins do with models that servers elsewhere answer for. */
export const remoteOf = ({
  catalogue,
  downloads,
  remotes,
  settings,
  database,
}: Services): Required<Pick<MutationResolvers, 'addRemoteModel' | 'removeRemoteModel'>> => ({
  addRemoteModel: async (_, { input }, context) => {
    const { description, key } = readRemoteModel(input);
    const { name, kind, model, urls, contextSize } = description;
    if ((await catalogue.find(name)) || downloads.of(name) || (await remotes.find(name))) throw taken(name);
    const hosts = urls.map((url) => new URL(url).host);
    const details = { kind, model, hosts, contextSize, key: key !== undefined };
    try {
      await database.transaction(async (transaction) => {
        await remotes.write(transaction, description, key);
        await recordAudit(transaction, actorOf(context), { ...ofModel(name), action: 'model.remote-added', details });
      });
    } catch (error) {
      // Another admin was quicker.
      if (error instanceof UniqueIntegrityConstraintViolationError) throw taken(name);
      throw error;
    }
    await remotes.wrote(description, key);
    return { name };
  },
  removeRemoteModel: async (_, { name }, context) => {
    if (!(await remotes.find(name))) return false;
    await database.transaction(async (transaction) => {
      await remotes.erase(transaction, name);
      await settings.write(transaction, name, null);
      await recordAudit(transaction, actorOf(context), { ...ofModel(name), action: 'model.remote-removed' });
    });
    settings.wrote(name, null);
    await remotes.erased(name);
    return true;
  },
});
