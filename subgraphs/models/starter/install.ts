import { constants } from 'node:fs';
import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

/** The model for chats that the product ships: how it was made is the rest of this folder. */
export const SHIPPED_STARTER = join(import.meta.dirname, 'starter.gguf');
/** The model for embeddings that it ships: how it was made is in the folder beside. */
export const SHIPPED_EMBEDDER = join(import.meta.dirname, 'starter-embed.gguf');

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

const install = async (shipped: string, modelsDir: string): Promise<void> => {
  const target = join(modelsDir, basename(shipped));
  const staged = join(modelsDir, `.${basename(shipped)}-${randomUUID()}.tmp`);
  try {
    await mkdir(modelsDir, { recursive: true });
    if (await isThere(target)) return;
    await copyFile(shipped, staged, constants.COPYFILE_FICLONE);
    // A link and not a rename, which would replace a file that has appeared meanwhile.
    await link(staged, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw new ConfigurationError(
      `DEVSTUDIO_MODELS_DIR is ${JSON.stringify(modelsDir)}; the starter models cannot be installed there ` +
        `(${codeOf(error) ?? String(error)}): it must be a folder that this user may write.`,
    );
  } finally {
    await rm(staged, { force: true }).catch(() => {});
  }
};

/**
 * Puts the starter models into the models folder, each unless a file of its name lies there. Nobody ever sees half a
 * file, and of several processes that start at once one installs it.
 * @throws ConfigurationError when the folder cannot be written
 */
export const installStarters = async (modelsDir: string): Promise<void> => {
  for (const shipped of [SHIPPED_STARTER, SHIPPED_EMBEDDER]) await install(shipped, modelsDir);
};
