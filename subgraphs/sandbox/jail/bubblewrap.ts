/** Something of the host that the jail sees. */
export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly access: 'read' | 'write';
}

/** A folder in memory, empty at the start, gone at the end, and never larger than this. */
export interface MemoryFolder {
  readonly path: string;
  readonly bytes: number;
}

/** What the host looks like, as far as a jail depends on it. */
export interface HostLayout {
  /** Where /bin, /lib and their like lead to; null for a real folder. */
  readonly systemFolders: readonly { readonly path: string; readonly link: string | null }[];
  /** Folders below /usr that are the host's own settings. */
  readonly hiddenFolders: readonly string[];
  /** Files of /proc that say more about the host than a program needs. */
  readonly hiddenFiles: readonly string[];
  /** Files and folders of /etc that are shown, and what is shown for them. */
  readonly etc: readonly Bind[];
}

export interface JailMounts {
  readonly binds: readonly Bind[];
  readonly memoryFolders: readonly MemoryFolder[];
}

export interface JailDescriptors {
  readonly seccomp: number;
  readonly status: number;
}

/** For locks and semaphores that processes share. Its bytes count as memory of the jail. */
const SHARED_MEMORY_BYTES = 16 * 1024 ** 2;
/** No size at all would be no bound at all. */
const PAGE_BYTES = 4096;
/** Nobody: no user of any host. */
const INNER_ID = '65534';

const mountOf = ({ source, target, access }: Bind): readonly string[] => [
  access === 'read' ? '--ro-bind' : '--bind',
  source,
  target,
];

/**
 * The arguments of bubblewrap for a jail, without the command. The order matters: a mount lies over those before it,
 * and nothing new can be made in `/` and `/dev` once they are read-only.
 */
export const bubblewrapArguments = (
  host: HostLayout,
  { binds, memoryFolders }: JailMounts,
  descriptors: JailDescriptors,
): readonly string[] =>
  [
    ['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try'],
    // No interface but a loopback of its own: neither the studio's services nor a cloud's metadata can be reached.
    ['--unshare-net'],
    ['--die-with-parent', '--new-session'],
    // init.pl is process 1. Bubblewrap's own would be left behind as a zombie each time.
    ['--as-pid-1'],
    ['--clearenv', '--cap-drop', 'ALL', '--uid', INNER_ID, '--gid', INNER_ID, '--hostname', 'sandbox'],
    ['--ro-bind', '/usr', '/usr'],
    ...host.hiddenFolders.map((path) => ['--size', String(PAGE_BYTES), '--tmpfs', path, '--remount-ro', path]),
    ...host.systemFolders.map(({ path, link }) =>
      link === null ? ['--ro-bind', path, path] : ['--symlink', link, path],
    ),
    ...host.etc.map(mountOf),
    ['--proc', '/proc'],
    ...host.hiddenFiles.map((path) => ['--ro-bind', '/dev/null', path]),
    ['--dev', '/dev', '--size', String(SHARED_MEMORY_BYTES), '--tmpfs', '/dev/shm'],
    ...memoryFolders.map(({ path, bytes }) => [
      '--size',
      String(Math.max(PAGE_BYTES, Math.ceil(bytes))),
      '--tmpfs',
      path,
    ]),
    ...binds.map(mountOf),
    ['--remount-ro', '/dev', '--remount-ro', '/'],
    ['--disable-userns'],
    ['--seccomp', String(descriptors.seccomp), '--json-status-fd', String(descriptors.status)],
  ].flat();
