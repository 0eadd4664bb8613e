import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { takeKernel } from './kernel.ts';
import { choosePackages, download, hashOf } from './packages.ts';
import { ProgramError, runProgram } from './program.ts';
import { readImage, recordPath, type Image } from './record.ts';
import { makeRoot } from './root.ts';

/** Part of the key: what is made of the same packages is another image once this program makes it otherwise. */
const LAYOUT = 2;

const SCRATCH = '.building-';
const LEFT_AFTER_MS = 3_600_000;

const PROGRAMS: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  tar: 'tar',
  mksquashfs: 'squashfs-tools',
};

export interface Build {
  readonly image: Image;
  /** Whether it was there already. */
  readonly kept: boolean;
}

/** What this host lacks for building, as sentences; empty when it lacks nothing. */
const missingHere = async (): Promise<readonly string[]> => {
  const missing: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') missing.push('Linux on a 64-bit Intel or AMD processor');
  for (const [program, name] of Object.entries(PROGRAMS)) {
    if (!(await isProgram(program))) missing.push(`${program} (package ${name})`);
  }
  return missing;
};

const isProgram = async (name: string): Promise<boolean> => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // The next folder may have it.
    }
  }
  return false;
};

/** Apt's lists may be older than what the mirrors still hold, or not be there at all. */
const withFreshLists = async <T>(work: () => Promise<T>, say: (line: string) => void): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProgramError) || process.getuid?.() !== 0) throw error;
    say('Refreshing apt’s lists …');
    await runProgram('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', 'update']);
    return await work();
  }
};

const keyOf = (hashes: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([LAYOUT, ...hashes]))
    .digest('hex');

/** Whether the files of an image are there and are those of its record. */
const isWhole = async (folder: string, image: Image): Promise<boolean> => {
  for (const [name, hash] of Object.entries(image.files)) {
    const found = await hashOf(join(folder, image.folder, name)).catch(() => undefined);
    if (found !== hash) return false;
  }
  return true;
};

/** Puts a finished image in its place, with its record, and removes those before it. */
const keep = async (folder: string, made: string, about: Omit<Image, 'folder' | 'files'>): Promise<Image> => {
  const files: Record<string, string> = {};
  for (const name of (await readdir(made)).toSorted()) {
    // The machines run as another user than this one.
    await chmod(join(made, name), 0o444);
    files[name] = await hashOf(join(made, name));
  }
  const image: Image = { ...about, folder: about.key.slice(0, 16), files };
  await rm(join(folder, image.folder), { recursive: true, force: true });
  await rename(made, join(folder, image.folder));
  await writeFile(`${recordPath(folder)}.new`, `${JSON.stringify(image, null, 2)}\n`);
  await rename(`${recordPath(folder)}.new`, recordPath(folder));
  for (const entry of await readdir(folder)) {
    const isOlder = /^[0-9a-f]{16}$/u.test(entry) && entry !== image.folder;
    if (isOlder) await rm(join(folder, entry), { recursive: true, force: true });
  }
  return image;
};

/** A build that was killed leaves its folder; one that still runs has touched it lately. */
const removeLeft = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    const isLeft = entry.startsWith(SCRATCH) && Date.now() - (await stat(path)).mtimeMs > LEFT_AFTER_MS;
    if (isLeft) await rm(path, { recursive: true, force: true });
  }
};

/**
 * Builds kernel and disk of the virtual machines out of Debian's packages, none of which is installed.
 * @param folder where the image goes; an older one there is replaced
 * @param say receives a line for each step
 * @throws ProgramError that says what is missing or failed
 */
export const buildImage = async (folder: string, say: (line: string) => void): Promise<Build> => {
  const missing = await missingHere();
  if (missing.length > 0) throw new ProgramError(`to build the image this host needs ${missing.join(', ')}`);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const node = await realpath(process.execPath);
  const nodeHash = await hashOf(node);
  await removeLeft(folder);
  const scratch = await mkdtemp(join(folder, SCRATCH));
  try {
    return await withFreshLists(async () => {
      const { kernel, system } = await choosePackages();
      const packages = [kernel, ...system];
      const key = keyOf([nodeHash, ...packages.map(({ sha256 }) => sha256)]);
      const current = await readImage(folder);
      if (current?.key === key && (await isWhole(folder, current))) return { image: current, kept: true };
      const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
      say(`Downloading ${packages.length} packages (${(total / 1e6).toFixed(0)} MB) …`);
      const downloads = join(scratch, 'packages');
      await mkdir(downloads, { recursive: true });
      await download(packages, downloads);
      const made = join(scratch, 'image');
      await mkdir(made);
      say('Unpacking the kernel …');
      const version = await takeKernel(join(downloads, kernel.file), scratch, made);
      say('Making the disk …');
      await makeRoot({ files: system, packages: downloads, node, scratch, into: made });
      const image = await keep(folder, made, { key, kernel: version, packages, node: process.version });
      return { image, kept: false };
    }, say);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};
