import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { ConfigurationError } from './config.ts';

/** What a derived key is for; two purposes never share a key. */
export type Purpose =
  | 'identity'
  | 'password-pepper'
  | 'refresh-tokens'
  | 'signing-keys'
  | 'totp'
  | 'sign-in-failures'
  | 'device-tokens'
  | 'oidc-sign-ins'
  | 'backends'
  | `database:${string}`;

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
 * @throws ConfigurationError when the file is damaged
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
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `secret.${randomBytes(6).toString('hex')}`);
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.sync();
    // Linked when it is whole: of several processes that start at once, one wins and no other reads half of it.
    await link(draft, path);
  } catch (error) {
    if (!isThere(error)) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return read();
};
