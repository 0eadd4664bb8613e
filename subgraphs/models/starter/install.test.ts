import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '#mesh/config.ts';
import { installStarter, SHIPPED_STARTER } from './install.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-install-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the first start copies the shipped model, of many at once one does', async () => {
  const models = join(folder, 'deep/models');
  await Promise.all(Array.from({ length: 8 }, () => installStarter(models)));
  expect(await readdir(models)).toEqual(['starter.gguf']);
  const [installed, shipped] = await Promise.all(
    [join(models, 'starter.gguf'), SHIPPED_STARTER].map((path) => readFile(path)),
  );
  expect(shipped && installed?.equals(shipped)).toBe(true);
});

test('a file of the user’s is left as it is', async () => {
  await writeFile(join(folder, 'starter.gguf'), 'mine');
  await installStarter(folder);
  expect(await readFile(join(folder, 'starter.gguf'), 'utf8')).toBe('mine');
  expect(await readdir(folder)).toEqual(['starter.gguf']);
});

test('a folder that cannot be one is refused with the variable that names it', async () => {
  await writeFile(join(folder, 'file'), '');
  const refused = installStarter(join(folder, 'file/models'));
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(/DEVSTUDIO_MODELS_DIR is ".*file\/models"/);
});
