import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findInUsr } from '../../../jail/host.ts';
import { readImage, type Image } from '../image/record.ts';

const PROGRAM = 'qemu-system-x86_64';

export type MachineParts =
  | {
      readonly outcome: 'found';
      /** As the jail sees it; a template fits the version that made it. */
      readonly qemu: { readonly path: string; readonly version: string };
      readonly image: Image;
    }
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly mend: string };

const unavailable = (reason: string, mend: string): MachineParts => ({ outcome: 'unavailable', reason, mend });

/**
 * Looks for what a machine consists of, without starting one.
 * @param folder with the image
 */
export const findMachineParts = async (folder: string): Promise<MachineParts> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return unavailable('The emulated machines need Linux on x86-64.', 'Run the studio on such a host.');
  }
  const path = findInUsr(PROGRAM);
  if (path === null) {
    const packages = 'qemu-system-x86 squashfs-tools';
    return unavailable('QEMU is not installed.', `Run: apt-get install --no-install-recommends ${packages}`);
  }
  const image = await readImage(folder);
  if (image === undefined) {
    return unavailable('There is no image of the virtual machines.', 'Run: devstudio sandbox build-image');
  }
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 });
  return { outcome: 'found', qemu: { path, version: (stdout.split('\n')[0] ?? '').trim() }, image };
};
