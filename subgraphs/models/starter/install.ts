import { constants } from 'node:fs';
import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

/** The model that the product ships: how it was made is the rest of this folder. */
export const SHIPPED_STARTER = join(import.meta.dirname, 'starter.gguf');

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
};

/**
 * Puts the starter model into the models folder, unless a file of its name lies there. Nobody ever sees half a file,
 * and of several processes that start at once one installs it.
 * @throws ConfigurationError when the folder cannot be written
 */
export const installStarter = async (modelsDir: string): Promise<void> => {
  const target = join(modelsDir, 'starter.gguf');
  const staged = join(modelsDir, `.starter-${randomUUID()}.tmp`);
  try {
    await mkdir(modelsDir, { recursive: true });
    if (await isThere(target)) return;
    await copyFile(SHIPPED_STARTER, staged, constants.COPYFILE_FICLONE);
    // A link and not a rename, which would replace a file that has appeared meanwhile.
    await link(staged, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw new ConfigurationError(
      `DEVSTUDIO_MODELS_DIR is ${JSON.stringify(modelsDir)}; the starter model cannot be installed there ` +
        `(${codeOf(error) ?? String(error)}): it must be a folder that this user may write.`,
    );
  } finally {
    await rm(staged, { force: true }).catch(() => {});
  }
};
