import { access, copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../image/program.ts';
import type { Image } from '../image/record.ts';

const AGENT = join(import.meta.dirname, '../guest/agent.py');

/**
 * The image's disk as a folder, made where there is none yet: such machines take their root file system from one.
 * @throws ProgramError where the disk cannot be unpacked
 */
export const openRoot = async (folder: string, image: Image): Promise<string> => {
  const root = join(folder, `root-${image.folder}`);
  try {
    await access(root);
  } catch {
    const scratch = await mkdtemp(join(folder, '.root-'));
    try {
      const made = join(scratch, 'root');
      await runProgram('unsquashfs', ['-q', '-n', '-d', made, join(folder, image.folder, 'root.squashfs')]);
      await rename(made, root);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  // Of this version, whatever the age of the folder.
  await copyFile(AGENT, join(root, 'agent.py'));
  for (const entry of await readdir(folder)) {
    const isOlder = /^root-[0-9a-f]{16}$/u.test(entry) && entry !== `root-${image.folder}`;
    if (isOlder) await rm(join(folder, entry), { recursive: true, force: true });
  }
  return root;
};
