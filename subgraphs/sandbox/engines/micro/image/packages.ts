import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { closureOf, readFiles, type PackageFile } from './apt.ts';
import { ProgramError, runProgram } from './program.ts';

/** What the machine's root file system is made of. The project's own Node comes beside them. */
const WANTED = ['python3-minimal', 'libpython3-stdlib', 'libstdc++6', 'busybox-static'];
/** What they name but nothing in the machine uses: how packages are installed, mail's types, manuals. */
const UNUSED = new Set([
  'dpkg',
  'tar',
  'perl',
  'perl-base',
  'install-info',
  'readline-common',
  'media-types',
  'mime-support',
  'mailcap',
  'libtirpc-common',
  'debconf',
  'libselinux1',
]);
const KERNEL = 'linux-image-cloud-amd64';
const NOT_ONLY = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
  (kind) => `--no-${kind}`,
);

const depends = (roots: readonly string[]): Promise<string> =>
  runProgram('apt-cache', ['depends', '--recurse', ...NOT_ONLY, ...roots]);

/** The package that holds the newest kernel of the cloud's flavour, which knows the devices of a small machine. */
const kernelPackage = async (): Promise<string> => {
  const printed = await runProgram('apt-cache', ['depends', ...NOT_ONLY, KERNEL]);
  const name = /Depends: (linux-image-[\w.+-]+)/u.exec(printed)?.[1];
  if (name === undefined) throw new ProgramError(`apt knows no ${KERNEL}`);
  return name;
};

/** The packages by name, with the files and hashes that apt's signed lists give for them. */
export const choosePackages = async (): Promise<{
  readonly kernel: PackageFile;
  readonly system: readonly PackageFile[];
}> => {
  const kernel = await kernelPackage();
  const names = closureOf(await depends(WANTED), WANTED, UNUSED);
  const files = readFiles(await runProgram('apt-get', ['download', '--print-uris', kernel, ...names]));
  const ofKernel = files.find(({ name }) => name === kernel);
  const missing = names.filter((name) => files.every((file) => file.name !== name));
  if (ofKernel === undefined || missing.length > 0) {
    throw new ProgramError(`apt offers no file of ${[kernel, ...missing].join(', ')}`);
  }
  return { kernel: ofKernel, system: files.filter((file) => file !== ofKernel) };
};

export const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/**
 * Downloads packages into a folder and checks each file: apt does so itself against its lists, and once more here, so
 * that what is unpacked is what the record names.
 * @throws ProgramError where apt fails or a file is not the one that was named
 */
export const download = async (files: readonly PackageFile[], folder: string): Promise<void> => {
  const missing: string[] = [];
  for (const { name, file } of files) if ((await sizeOf(join(folder, file))) === undefined) missing.push(name);
  if (missing.length > 0) {
    // As root apt would give its files to a user who cannot write here, and say so.
    const options = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::http::Timeout=30'];
    await runProgram('apt-get', [...options, 'download', ...missing], { cwd: folder });
  }
  for (const { file, bytes, sha256 } of files) {
    const path = join(folder, file);
    if ((await sizeOf(path)) !== bytes || (await hashOf(path)) !== sha256) {
      throw new ProgramError(`${file} is not the file that apt's lists name`);
    }
  }
};

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
};
