import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSecret, secretFrom } from './secret.ts';

describe('keys of a secret', () => {
  const secret = secretFrom('a'.repeat(32));

  test('are 32 bytes, always the same ones for a purpose', () => {
    expect(secret('identity')).toHaveLength(32);
    expect(secret('identity')).toEqual(secretFrom('a'.repeat(32))('identity'));
  });

  test('differ by purpose and by secret', () => {
    const purposes = ['identity', 'password-pepper', 'signing-keys', 'refresh-tokens', 'database:users'] as const;
    const other = secretFrom('b'.repeat(32));
    const keys = purposes.flatMap((purpose) => [secret(purpose), other(purpose)].map((key) => key.toString('hex')));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('never change from one version of the studio to the next', () => {
    // Peppered passwords and sealed keys are lost when this does.
    expect(secret('identity').toString('hex')).toBe('f299c959790eb71f7cc8973f98235c522bfde3d80f820b3b17ba57c7b3f9c8ad');
  });
});

describe('the secret of an installation', () => {
  let home: string;
  const open = (secret?: string) => openSecret({ home, secret });
  const file = (): string => join(home, 'keys', 'secret');

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'devstudio-secret-'));
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  test('is made on the first start, readable by its owner alone, and found again', async () => {
    const made = await open();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'keys'))).mode & 0o777).toBe(0o700);
    expect((await open())('identity')).toEqual(made('identity'));
  });

  test('is one when many starts make it at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(new Set(secrets.map((secret) => secret('identity').toString('hex'))).size).toBe(1);
    expect((await readFile(file(), 'utf8')).trim()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is another in another folder', async () => {
    const one = await open();
    await rm(join(home, 'keys'), { recursive: true });
    expect((await open())('identity')).not.toEqual(one('identity'));
  });

  test('is what the environment says, and then no file is made', async () => {
    const given = 'x'.repeat(40);
    expect((await open(given))('identity')).toEqual(secretFrom(given)('identity'));
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each(['', 'short', 'z'.repeat(64)])('is not guessed when its file holds %j', async (text) => {
    await open();
    await writeFile(file(), text);
    await expect(open()).rejects.toThrow(/keys\/secret is damaged: restore it from a backup\.$/);
  });
});
