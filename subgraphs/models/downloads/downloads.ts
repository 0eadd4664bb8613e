import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Changes } from '../changes.ts';
import type { DownloadStore, StoredDownload } from '../store/downloads.ts';
import { isUnfinished, shown, type Download, type Entry } from './download.ts';
import { DownloadFailure } from './failure.ts';
import { fetchModel } from './fetch.ts';
import type { Hub } from './hub.ts';
import { CATALOGUE, resolveSource, sourceOf, type Source } from './source.ts';

/** Everything that was ever asked of the hub and not deleted since. */
export interface Downloads {
  /** Takes up again what was not finished when the service ended. */
  restore(): Promise<void>;
  /**
   * Asks for a model of the catalogue, or a file of the hub; what failed before goes on where it has stopped.
   * @returns the model's name, at once; one that is installed already is not fetched again
   * @throws StudioError NOT_FOUND, BAD_USER_INPUT, CONFLICT, LIMIT_REACHED
   */
  request(asked: string): Promise<string>;
  /** @throws StudioError NOT_FOUND when no such download waits or runs */
  cancel(name: string): Promise<void>;
  of(name: string): Download | undefined;
  /** @throws StudioError CONFLICT while it waits or runs */
  forget(name: string): Promise<void>;
  /** Interrupts what runs; it goes on after the next start. */
  stop(): Promise<void>;
}

const AT_ONCE = 2;
const MAX_UNFINISHED = 32;
/** Listeners are told of progress at most so often. */
const PROGRESS_MS = 250;

const CANCELLED = new Error('the download was cancelled');
const STOPPED = new Error('the service stops');

const unknown = (asked: string): StudioError =>
  new StudioError(
    'NOT_FOUND',
    `The catalogue has no ${JSON.stringify(asked.slice(0, 200))}; it has ${CATALOGUE.map(({ name }) => name).join(', ')}. ` +
      'Any other file of the hub is named organisation/repository:file.gguf.',
  );

export const createDownloads = ({
  hub,
  store,
  catalogue,
  changes,
  folder,
  log,
}: {
  readonly hub: Hub;
  readonly store: DownloadStore;
  readonly catalogue: Catalogue;
  readonly changes: Changes;
  readonly folder: string;
  readonly log: Log;
}): Downloads => {
  const entries = new Map<string, Entry>();
  let restoring: Promise<void> | undefined;
  let stopped = false;
  const stagingOf = (name: string): string => join(folder, '.downloads', `${name}.part`);

  const set = async (entry: Entry, change: Partial<StoredDownload>): Promise<void> => {
    entry.stored = { ...entry.stored, ...change };
    changes.publish(entry.stored.name);
    await store.put(entry.stored);
  };

  /** What running downloads have yet to take of the disk, but for this one. */
  const promised = (but: Entry): number =>
    [...entries.values()]
      .filter((entry) => entry !== but && entry.run)
      .reduce((sum, { stored, receivedBytes }) => sum + Math.max(0, (stored.totalBytes ?? 0) - receivedBytes), 0);

  const fetchEntry = async (entry: Entry, source: Source, signal: AbortSignal): Promise<void> => {
    let telling: NodeJS.Timeout | undefined;
    await fetchModel(
      hub,
      {
        source,
        staging: stagingOf(source.name),
        target: join(folder, `${source.name}.gguf`),
        version: entry.stored.version,
        promised: () => promised(entry),
        onDescribed: ({ totalBytes, version }) => set(entry, { totalBytes, version }),
        onProgress: (receivedBytes) => {
          entry.receivedBytes = receivedBytes;
          telling ??= setTimeout(() => {
            telling = undefined;
            changes.publish(source.name);
          }, PROGRESS_MS).unref();
        },
        onVerifying: () => {
          entry.verifying = true;
          changes.publish(source.name);
        },
      },
      signal,
    );
  };

  /** What becomes of it in the end; null when it goes on after the next start. */
  const outcomeOf = async (entry: Entry, signal: AbortSignal): Promise<Partial<StoredDownload> | null> => {
    const { name, repository, file } = entry.stored;
    try {
      // It may have been put into its place a moment before the service was killed.
      if (!(await catalogue.find(name))) {
        await set(entry, { state: 'running', error: null });
        await fetchEntry(entry, sourceOf(name, repository, file), signal);
      }
      return { state: 'installed', error: null };
    } catch (error) {
      if (signal.reason === CANCELLED) {
        await rm(stagingOf(name), { force: true });
        return { state: 'cancelled' };
      }
      if (signal.aborted) return null;
      if (!(error instanceof DownloadFailure)) log.error({ error, model: name }, 'a download ended badly');
      const reason = error instanceof DownloadFailure ? error.message : 'The studio could not write or record it.';
      return { state: 'failed', error: reason.slice(0, 1_000) };
    }
  };

  const run = async (entry: Entry, signal: AbortSignal): Promise<void> => {
    const outcome = await outcomeOf(entry, signal);
    entry.verifying = false;
    entry.run = undefined;
    if (!outcome) return;
    const { name } = entry.stored;
    log.info({ model: name, ...outcome }, 'a download is over');
    // What is not written down is done again after the next start, which finds the file in its place.
    await set(entry, outcome).catch((error: unknown) =>
      log.error({ error, model: name }, 'a download was not recorded'),
    );
    pump();
  };

  const begin = (entry: Entry): void => {
    const controller = new AbortController();
    const done = Promise.withResolvers<void>();
    entry.run = { controller, done: done.promise };
    run(entry, controller.signal)
      .catch((error: unknown) => log.error({ error }, 'a download ended badly'))
      .finally(done.resolve);
  };

  /** Begins the next ones, as long as there are places. */
  const pump = (): void => {
    if (stopped) return;
    const running = [...entries.values()].filter((entry) => entry.run).length;
    const next = [...entries.values()].filter((entry) => !entry.run && isUnfinished(entry));
    next.slice(0, Math.max(0, AT_ONCE - running)).forEach(begin);
  };

  const restore = (): Promise<void> => {
    restoring ??= (async () => {
      for (const stored of await store.all()) {
        const receivedBytes = stored.state === 'installed' ? (stored.totalBytes ?? 0) : 0;
        entries.set(stored.name, { stored, receivedBytes, verifying: false, run: undefined });
      }
      pump();
    })().catch((error: unknown) => {
      restoring = undefined;
      throw error;
    });
    return restoring;
  };

  const place = async (source: Source): Promise<void> => {
    const { name, repository, file } = source;
    const known = entries.get(name);
    const same = known?.stored.repository === repository && known.stored.file === file;
    if (known && isUnfinished(known)) {
      if (same) return;
      throw new StudioError('CONFLICT', `Another ${name} is being downloaded; cancel that first.`);
    }
    if ([...entries.values()].filter(isUnfinished).length >= MAX_UNFINISHED) {
      throw new StudioError('LIMIT_REACHED', `${MAX_UNFINISHED} downloads wait already.`);
    }
    const stored: StoredDownload = {
      name,
      repository,
      file,
      state: 'waiting',
      // What has come of the same file before is gone on with.
      version: same ? known.stored.version : null,
      totalBytes: null,
      error: null,
    };
    const entry: Entry = { stored, receivedBytes: 0, verifying: false, run: undefined };
    // Whoever asks for the same meanwhile finds this one; and it comes after all that were asked for before.
    entries.delete(name);
    entries.set(name, entry);
    try {
      await set(entry, {});
    } catch (error) {
      // Unless another one that was over has begun it meanwhile.
      if (!entry.run) entries.delete(name);
      throw error;
    }
    pump();
  };

  return {
    restore,
    request: async (asked) => {
      await restore();
      if (await catalogue.find(asked)) return asked;
      const resolved = resolveSource(asked);
      if (resolved.outcome === 'unknown') throw unknown(asked);
      if (resolved.outcome === 'refused') {
        const sentence = `${asked.slice(0, 200)} cannot be downloaded: ${resolved.reason}.`;
        throw new StudioError('BAD_USER_INPUT', sentence, { argument: 'name' });
      }
      const { source } = resolved;
      if (!(await catalogue.find(source.name))) await place(source);
      return source.name;
    },
    cancel: async (name) => {
      await restore();
      const entry = entries.get(name);
      if (!entry || !isUnfinished(entry)) {
        throw new StudioError('NOT_FOUND', `There is no download of ${JSON.stringify(name.slice(0, 128))} to cancel.`);
      }
      if (entry.run) {
        entry.run.controller.abort(CANCELLED);
        await entry.run.done;
        return;
      }
      await rm(stagingOf(name), { force: true });
      await set(entry, { state: 'cancelled' });
    },
    of: (name) => {
      const entry = entries.get(name);
      return entry && shown(entry);
    },
    forget: async (name) => {
      await restore();
      const entry = entries.get(name);
      // Whatever is no entry's name is made into no path.
      if (!entry) return;
      if (isUnfinished(entry)) throw new StudioError('CONFLICT', `${name} is being downloaded; cancel that first.`);
      await rm(stagingOf(name), { force: true });
      await store.remove(name);
      entries.delete(name);
    },
    stop: async () => {
      stopped = true;
      const running = [...entries.values()].map((entry) => entry.run).filter((one) => one !== undefined);
      for (const { controller } of running) controller.abort(STOPPED);
      await Promise.all(running.map(({ done }) => done));
      await hub.close();
    },
  };
};
