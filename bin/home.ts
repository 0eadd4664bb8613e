import { constants, existsSync } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** Makes a folder and those above it. Node's own `recursive` never comes back where the system makes none, as in /proc. */
const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
};

/**
 * Makes DEVSTUDIO_HOME and its folder for logs where they are missing.
 * @param home absolute
 * @returns the folder under its real name, the same for every way that leads to it
 * @throws ConfigurationError when it cannot be written
 */
export const prepareHome = async (home: string): Promise<string> => {
  try {
    await makeFolder(join(home, 'logs'));
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(home);
  } catch (error) {
    throw new ConfigurationError(
      `DEVSTUDIO_HOME is ${JSON.stringify(home)}, which cannot be written (${codeOf(error)}); it must be a folder that you may write.`,
    );
  }
};
