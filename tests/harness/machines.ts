import { join } from 'node:path';
import { isOnPath } from '#bin/packages.ts';
import { buildImage } from '#subgraphs/sandbox/engines/micro/image/build.ts';

const FOLDER = join(import.meta.dirname, '../../.cache/sandbox-micro');

/**
 * Why the tests of virtual machines cannot run here; null where they must. Only a host that has no Debian packages, or
 * whose owner declined them, goes without.
 */
export const whyNoMachines = (): string | null => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'machines are emulated on Linux on x86-64 alone';
  const isThere = isOnPath('qemu-system-x86_64') && isOnPath('mksquashfs') && isOnPath('apt-get');
  if (isThere) return null;
  if (process.env['DEVSTUDIO_NO_APT'] === '1') return 'DEVSTUDIO_NO_APT declines qemu-system-x86 and squashfs-tools';
  return isOnPath('apt-get') ? null : 'this system has no apt-get to fetch an image with';
};

/** The folder with the image of the virtual machines, built once for all tests and kept between runs. */
export const machineFolder = async (): Promise<string> => {
  await buildImage(FOLDER, () => {});
  return FOLDER;
};
