import type { Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { DEFAULT_SETTINGS } from './model-settings.ts';
import type { ModelSettings, SettingsStore } from './store/settings.ts';

/** What admins have set for the models. Read from the database once: this service alone writes it. */
export interface Settings {
  /** @throws StudioError SERVICE_UNAVAILABLE while the database was never reached */
  of(name: string): Promise<ModelSettings>;
  /** Replaces a model's settings; null takes them back. The transaction is the caller's, who says when it has ended. */
  write(db: Queries, name: string, settings: ModelSettings | null): Promise<void>;
  /** What was written is in force. */
  wrote(name: string, settings: ModelSettings | null): void;
}

export const createSettings = (store: SettingsStore, log: Log): Settings => {
  let read: Promise<Map<string, ModelSettings>> | undefined;

  const all = async (): Promise<Map<string, ModelSettings>> => {
    read ??= store.all().then((settings) => new Map(settings));
    try {
      return await read;
    } catch (error) {
      read = undefined;
      log.error({ error }, 'the settings of the models were not read');
      throw new StudioError('SERVICE_UNAVAILABLE', 'The database cannot be read at the moment.');
    }
  };

  return {
    of: async (name) => (await all()).get(name) ?? DEFAULT_SETTINGS,
    write: (db, name, settings) => (settings ? store.put(db, name, settings) : store.remove(db, name)),
    wrote: (name, settings) => {
      // Whoever has not read yet will read what was written.
      void read?.then(
        (known) => (settings ? known.set(name, settings) : known.delete(name)),
        () => {},
      );
    },
  };
};
