import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '#mesh/config.ts';
import { installStarters, SHIPPED_EMBEDDER, SHIPPED_STARTER } from './install.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-install-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SHIPPED = [
  ['starter-embed.gguf', SHIPPED_EMBEDDER],
  ['starter.gguf', SHIPPED_STARTER],
] as const;
const NAMES = SHIPPED.map(([name]) => name);

test('the first start copies the shipped models, of many at once one does', async () => {
  const models = join(folder, 'deep/models');
  await Promise.all(Array.from({ length: 8 }, () => installStarters(models)));
  expect((await readdir(models)).toSorted()).toEqual(NAMES);
  for (const [name, path] of SHIPPED) {
    const [installed, shipped] = await Promise.all([readFile(join(models, name)), readFile(path)]);
    expect(installed.equals(shipped)).toBe(true);
    expect(shipped.length).toBeLessThan(4_000_000);
  }
});

test('a file of the user’s is left as it is', async () => {
  await writeFile(join(folder, 'starter.gguf'), 'mine');
  await installStarters(folder);
  expect(await readFile(join(folder, 'starter.gguf'), 'utf8')).toBe('mine');
  expect((await readdir(folder)).toSorted()).toEqual(NAMES);
});

test('a folder that cannot be one is refused with the variable that names it', async () => {
  await writeFile(join(folder, 'file'), '');
  const refused = installStarters(join(folder, 'file/models'));
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(/DEVSTUDIO_MODELS_DIR is ".*file\/models"/);
});
