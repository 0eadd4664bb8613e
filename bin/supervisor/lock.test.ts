import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLocked, lockHome } from './lock.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'devstudio-lock-'));
});
afterAll(() => rm(home, { recursive: true }));

test('a second start on the same folder is refused, on another folder it is not', async () => {
  await using first = await lockHome(home);
  expect(first).toBeDefined();
  expect(await isLocked(home)).toBe(true);
  await expect(lockHome(home)).rejects.toThrow(`a studio runs on ${home} already`);
  await using other = await lockHome(`${home}/other`);
  expect(other).toBeDefined();
});

test('the folder is free again once the first has ended', async () => {
  await (await lockHome(home))[Symbol.asyncDispose]();
  expect(await isLocked(home)).toBe(false);
  await using again = await lockHome(home);
  expect(again).toBeDefined();
});

test('where the lock is a file, that of a killed process is no obstacle', async () => {
  const address = join(home, 'lock.sock');
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, address]);
  expect(existsSync(address)).toBe(true);
  await using lock = await lockHome(home, address);
  expect(lock).toBeDefined();
  await expect(lockHome(home, address)).rejects.toThrow('already');
});
