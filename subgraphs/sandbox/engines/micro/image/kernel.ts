import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProgramError, runProgram } from './program.ts';
import { unpack } from './unpack.ts';

/** More than a machine loads, since what they need themselves is only known from them. */
const PATTERNS = [
  './boot/vmlinuz-*',
  ...['virtio*', 'squashfs', 'lz4*', 'zstd*', 'xxhash*'].map((name) => `*/${name}.ko*`),
];

/**
 * Takes the kernel out of its package, and the modules that a machine may need.
 * @param into where `vmlinuz` and the modules go
 * @returns the kernel's version
 */
export const takeKernel = async (file: string, scratch: string, into: string): Promise<string> => {
  const folder = join(scratch, 'kernel');
  await mkdir(folder);
  await unpack(file, folder, ['--wildcards', ...PATTERNS]).catch(async (error: unknown) => {
    // tar ends so as well when a pattern matches nothing: what one kernel has as a module another has built in.
    if ((await readdir(folder)).length === 0) throw error;
  });
  const name = (await readdir(join(folder, 'boot'))).find((entry) => entry.startsWith('vmlinuz-'));
  if (name === undefined) throw new ProgramError(`${file} holds no kernel`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !/\.ko(?:\.xz)?$/u.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    if (path.endsWith('.xz')) await runProgram('xz', ['-d', path]);
    const plain = path.replace(/\.xz$/u, '');
    await rename(plain, join(into, basename(plain)));
  }
  await rename(join(folder, 'boot', name), join(into, 'vmlinuz'));
  return name.slice('vmlinuz-'.length);
};
