import type { Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { seal, unseal } from '#mesh/sealed.ts';
import type { BackendStore, StoredBackend } from '../store/backends.ts';
import { openRemoteModel, type RemoteDescription, type RemoteModel } from './remote-model.ts';
import type { Patience } from './transport.ts';

/** The models that servers elsewhere answer for. Read from the database once: this service alone writes it. */
export interface RemoteModels {
  /** @throws StudioError SERVICE_UNAVAILABLE while the database was never reached */
  find(name: string): Promise<RemoteModel | undefined>;
  /** By name. @throws StudioError as `find` */
  list(): Promise<readonly RemoteModel[]>;
  /** Writes one down, its key sealed. The transaction is the caller's, who says when it has ended. */
  write(db: Queries, description: RemoteDescription, key: string | undefined): Promise<void>;
  /** What was written is in force. */
  wrote(description: RemoteDescription, key: string | undefined): Promise<void>;
  erase(db: Queries, name: string): Promise<void>;
  /** What was erased is no more. */
  erased(name: string): Promise<void>;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** What a key is sealed under: it opens for this model alone. */
const sealName = (name: string): string => `backend:${name}`;

/**
 * @param sealingKey 32 bytes
 * @param onChange told of a model that is added, removed, or whose servers come and go
 */
export const createRemoteModels = (
  store: BackendStore,
  sealingKey: Buffer,
  onChange: (name: string) => void,
  log: Log,
  patience?: Patience,
): RemoteModels => {
  let read: Promise<Map<string, RemoteModel>> | undefined;

  const open = (description: RemoteDescription, key: string | undefined): RemoteModel => {
    const { name } = description;
    const model = openRemoteModel(description, {
      key,
      onChange: () => onChange(name),
      log,
      ...(patience ? { patience } : {}),
    });
    void model.look();
    return model;
  };

  const keyOf = ({ name, key }: StoredBackend): string | undefined => {
    if (key === null) return undefined;
    try {
      return unseal(sealingKey, sealName(name), key);
    } catch {
      // Its servers refuse it then, which an admin sees; what else there is goes on.
      log.error({ model: name }, 'the key of a remote model was sealed with another secret: add the model anew');
      return undefined;
    }
  };

  const all = async (): Promise<Map<string, RemoteModel>> => {
    read ??= store.all().then(
      (rows) =>
        new Map(
          rows.map((row) => {
            const { key: _sealed, ...description } = row;
            return [row.name, open(description, keyOf(row))];
          }),
        ),
    );
    try {
      return await read;
    } catch (error) {
      read = undefined;
      log.error({ error }, 'the remote models were not read');
      throw new StudioError('SERVICE_UNAVAILABLE', 'The database cannot be read at the moment.');
    }
  };

  return {
    find: async (name) => (await all()).get(name),
    list: async () => [...(await all()).values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    write: (db, description, key) =>
      store.put(db, {
        ...description,
        key: key === undefined ? null : seal(sealingKey, sealName(description.name), key),
      }),
    wrote: async (description, key) => {
      (await all()).set(description.name, open(description, key));
      onChange(description.name);
    },
    erase: (db, name) => store.remove(db, name),
    erased: async (name) => {
      const models = await all();
      const model = models.get(name);
      models.delete(name);
      onChange(name);
      await model?.close();
    },
    stop: async () => {
      const models = await read?.catch(() => undefined);
      await Promise.all(Array.from(models?.values() ?? [], (model) => model.close()));
    },
  };
};
