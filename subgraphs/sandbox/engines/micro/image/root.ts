import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageFile } from './apt.ts';
import { ProgramError, runProgram } from './program.ts';
import { unpack } from './unpack.ts';

/** Of Debian's packages these folders serve people, not programs. */
const UNUSED = ['doc', 'man', 'locale', 'lintian', 'bug', 'info', 'doc-base', 'gcc', 'gdb', 'initramfs-tools'];
/** Where the folders of the root file system really lie. */
const MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64'];
/** What the machine mounts something on. */
const MOUNTS = ['proc', 'dev', 'tmp', 'run', 'workspace'];

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/bin/sh\nsandbox:x:1000:1000:sandbox:/workspace:/bin/sh\n',
  'etc/group': 'root:x:0:\ntty:x:5:\nsandbox:x:1000:\n',
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  'etc/hostname': 'sandbox\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};

/** Python's own modules as code for its machine: nothing can be written there later, and compiling takes seconds in a machine. */
const compileModules = async (root: string): Promise<void> => {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const folders = (await readdir(join(root, 'usr/lib'))).filter((name) => /^python3\.\d+$/u.test(name));
  const [version] = folders;
  if (version === undefined || folders.length > 1) throw new ProgramError('the packages hold no single Python 3');
  const interpreter = [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    libraries,
    join(root, 'usr/bin', version),
  ] as const;
  const compile = ['-S', '-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', '-s', root, '-p', '/'];
  await runProgram(interpreter[0], [...interpreter.slice(1), ...compile, join(root, 'usr/lib', version)], {
    env: { PYTHONHOME: join(root, 'usr') },
  });
};

/** The small tools that programs expect to find, all of them one program. */
const linkTools = async (root: string): Promise<void> => {
  const there = new Set(await readdir(join(root, 'usr/bin')));
  const tools = (await runProgram(join(root, 'usr/bin/busybox'), ['--list'])).split('\n');
  for (const tool of tools) {
    if (/^[\w[.-]+$/u.test(tool) && !there.has(tool)) await symlink('busybox', join(root, 'usr/bin', tool));
  }
};

export interface RootOptions {
  readonly files: readonly PackageFile[];
  /** The folder that they lie in. */
  readonly packages: string;
  /** The program itself. */
  readonly node: string;
  /** A folder that may be filled. */
  readonly scratch: string;
  /** Where `root.squashfs` goes, and `busybox` for the first steps of the machine. */
  readonly into: string;
}

/** Makes the disk of the machine: Python and Node, and a shell with its tools. */
export const makeRoot = async ({ files, packages, node, scratch, into }: RootOptions): Promise<void> => {
  const root = join(scratch, 'root');
  for (const name of MERGED) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  for (const name of [...MOUNTS, 'etc']) await mkdir(join(root, name));
  const excluded = UNUSED.map((name) => `--exclude=./usr/share/${name}`);
  for (const { file } of files) await unpack(join(packages, file), root, excluded);
  await copyFile(node, join(root, 'usr/bin/node'));
  for (const [path, text] of Object.entries(FILES)) await writeFile(join(root, path), text);
  await compileModules(root);
  await linkTools(root);
  await copyFile(join(root, 'usr/bin/busybox'), join(into, 'busybox'));
  const everything = ['-all-root', '-no-xattrs', '-mkfs-time', '0', '-all-time', '0', '-reproducible'];
  const disk = ['-comp', 'lz4', '-noappend', '-no-progress', '-quiet', ...everything];
  await runProgram('mksquashfs', [root, join(into, 'root.squashfs'), ...disk]);
};
