import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

/**
 * Makes DEVSTUDIO_HOME and its folder for logs where they are missing.
 * @param home absolute
 * @returns the folder under its real name, the same for every way that leads to it
 * @throws ConfigurationError when it cannot be written
 */
export const prepareHome = async (home: string): Promise<string> => {
  try {
    await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(home);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigurationError(
      `DEVSTUDIO_HOME is ${JSON.stringify(home)}, which cannot be written (${code}); it must be a folder that you may write.`,
    );
  }
};
