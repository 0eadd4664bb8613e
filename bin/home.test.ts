import { mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareHome } from './home.ts';

let folder = '';
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'devstudio-home-')));
});
afterAll(() => rm(folder, { recursive: true }));

test('the folder is made with those above it, for its owner alone', async () => {
  const home = join(folder, 'a/b');
  expect(await prepareHome(home)).toBe(home);
  expect((await stat(join(home, 'logs'))).mode & 0o777).toBe(0o700);
  expect(await prepareHome(home)).toBe(home);
});

test('a link is followed, so that one folder has one name', async () => {
  await symlink(folder, join(folder, 'link'));
  expect(await prepareHome(join(folder, 'link'))).toBe(folder);
});

test('what cannot be a folder is refused with the name of the variable', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(prepareHome(join(folder, 'file'))).rejects.toThrow(
    /^DEVSTUDIO_HOME is ".*", which cannot be written \(ENOTDIR\)/,
  );
});

test('a place where the system makes no folder is refused', async () => {
  await expect(prepareHome('/proc/devstudio')).rejects.toThrow(/which cannot be written \(E\w+\)/);
});
