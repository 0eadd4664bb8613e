import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { ConfigurationError } from './config.ts';

/** What a derived key is for; two purposes never share a key. */
export type Purpose = 'identity' | 'password-pepper' | 'refresh-tokens' | 'signing-keys' | `database:${string}`;

/** Gives 32 bytes for each purpose, always the same ones for the same installation. */
export type Secret = (purpose: Purpose) => Buffer;

/** HKDF-SHA-256 (RFC 5869) over the installation's one secret. */
export const secretFrom =
  (root: string): Secret =>
  (purpose) =>
    Buffer.from(hkdfSync('sha256', root, 'cyberdevstudio', purpose, 32));

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/**
 * The installation's secret: `DEVSTUDIO_SECRET`, or a file of mode 0600 under `home` that the first start makes.
 * @throws ConfigurationError when the folder cannot be written or the file is damaged
 */
export const openSecret = async (config: Pick<Config, 'home' | 'secret'>): Promise<Secret> => {
  if (config.secret !== undefined) return secretFrom(config.secret);
  const folder = join(config.home, 'keys');
  const path = join(folder, 'secret');
  const read = async (): Promise<Secret> => {
    const text = (await readFile(path, 'utf8')).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) throw new ConfigurationError(`${path} is damaged: restore it from a backup.`);
    return secretFrom(text);
  };
  try {
    return await read();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // `wx`: of several processes that start at once, one makes the secret and the others read it.
    await using file = await open(path, 'wx', 0o600);
    const text = randomBytes(32).toString('hex');
    await file.writeFile(`${text}\n`);
    await file.sync();
    return secretFrom(text);
  } catch (error) {
    if (isThere(error)) return read();
    throw error;
  }
};
