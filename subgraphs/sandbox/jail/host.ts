import { existsSync, lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Bind, HostLayout } from './bubblewrap.ts';

/** A program of the host by its name; null when there is none. */
export const findProgram = (name: string): string | null => {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/bin'];
  return (
    places
      .filter((place) => place !== '')
      .map((place) => join(place, name))
      .find((path) => existsSync(path)) ?? null
  );
};

/** The same, but only where jails see it. */
export const findInUsr = (name: string): string | null =>
  [`/usr/local/bin/${name}`, `/usr/bin/${name}`].find((path) => existsSync(path)) ?? null;

const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Written to the host's own, they tell its boot options, where its kernel lies in memory, and what it runs. */
const HIDDEN = [
  '/proc/cmdline',
  '/proc/kallsyms',
  '/proc/kcore',
  '/proc/keys',
  '/proc/key-users',
  '/proc/kmsg',
  '/proc/modules',
  '/proc/sched_debug',
  '/proc/sysrq-trigger',
  '/proc/timer_list',
  '/proc/vmallocinfo',
];

/** Settings of programs that lie below /usr: npm's may hold the key of a registry. */
const HIDDEN_FOLDERS = ['/usr/local/etc', '/usr/etc'];

/** What the dynamic linker and Debian's links need. */
const SHOWN_OF_ETC = ['/etc/ld.so.cache', '/etc/alternatives'];

const OWN_ETC: Readonly<Record<string, string>> = {
  passwd: 'nobody:x:65534:65534:nobody:/workspace:/bin/bash\n',
  group: 'nogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};

/**
 * Looks at the host, and writes the few files of /etc that jails have of their own.
 * @param folder reachable by the jails' user
 */
export const readHostLayout = async (folder: string): Promise<HostLayout> => {
  await mkdir(folder);
  const own: Bind[] = [];
  for (const [name, text] of Object.entries(OWN_ETC)) {
    const source = join(folder, name);
    await writeFile(source, text);
    own.push({ source, target: `/etc/${name}`, access: 'read' });
  }
  const shown = SHOWN_OF_ETC.filter((path) => existsSync(path));
  return {
    systemFolders: SYSTEM_FOLDERS.filter((path) => existsSync(path)).map((path) => ({
      path,
      link: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null,
    })),
    hiddenFolders: HIDDEN_FOLDERS.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true),
    hiddenFiles: HIDDEN.filter((path) => existsSync(path)),
    etc: [...own, ...shown.map((path): Bind => ({ source: path, target: path, access: 'read' }))],
  };
};

const STATE = /^cyberdevstudio-jail-(\d+)-/;

/** How the folder that jails keep on disk begins: in the temporary folder, which every user can reach. */
export const statePrefix = (): string => join(tmpdir(), `cyberdevstudio-jail-${process.pid}-`);

/** Removes the folders of services that were killed. */
export const removeLeftState = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const pid = STATE.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    // Another user's cannot be removed, and another start may be at it.
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
};
