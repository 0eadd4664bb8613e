import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import { watchFolder } from '../watch-folder.ts';
import { readManifests, type Documents } from './manifest.ts';

/** The documents that are known at the moment. */
export interface DocumentSource {
  current(): Documents;
  stop(): void;
}

export interface DocumentFiles {
  /** The studio's manifest. It may be missing, as in a checkout without generated files. */
  readonly studio: string;
  /** A folder whose `*.json` are further manifests. */
  readonly folder: string | undefined;
}

const isManifest = (name: string): boolean => name.endsWith('.json');

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const readAll = async ({ studio, folder }: DocumentFiles): Promise<Documents> => {
  const names = folder === undefined ? [] : (await readdir(folder)).filter(isManifest).toSorted();
  const paths = [studio, ...names.map((name) => join(folder ?? '', name))];
  const files = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (path === studio && isMissing(error)) return '{}';
        throw error;
      });
      return { path, text };
    }),
  );
  return readManifests(files);
};

/**
 * Reads the manifests and follows them. Broken ones are logged and change nothing.
 * @param changed called with those that are in force, the first ones too
 * @throws ConfigurationError when the first ones cannot be used
 */
export const openDocuments = async (
  files: DocumentFiles,
  log: Log,
  changed: (documents: Documents) => void,
): Promise<DocumentSource> => {
  let documents: Documents = await readAll(files).catch((error: unknown) => {
    if (error instanceof ConfigurationError || files.folder === undefined) throw error;
    throw new ConfigurationError(
      `DEVSTUDIO_DOCUMENTS is ${JSON.stringify(files.folder)}; it must be a folder of manifests that can be read.`,
    );
  });
  changed(documents);
  const reload = async (): Promise<void> => {
    try {
      documents = await readAll(files);
      changed(documents);
      log.info({ documents: documents.size }, 'other documents are in force');
    } catch (error) {
      log.error({ error }, 'new manifests are broken; the documents in force stay');
    }
  };
  const studio = basename(files.studio);
  const stops = [
    watchFolder(
      dirname(files.studio),
      (name) => name === studio,
      log,
      () => void reload(),
    ),
  ];
  if (files.folder !== undefined) stops.push(watchFolder(files.folder, isManifest, log, () => void reload()));
  return { current: () => documents, stop: () => stops.forEach((stop) => stop()) };
};
