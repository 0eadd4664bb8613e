import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Accounting, AccountLimits, Usage } from './accounting.ts';

const ROOT = '/sys/fs/cgroup';
/** Of the folders of all jails of one service, by its process. */
const NAME = /^devstudio-jail-(\d+)-[0-9a-f]+$/;
const newName = (): string => `devstudio-jail-${process.pid}-${randomBytes(4).toString('hex')}`;

/** Writes a control file that is there. */
const set = (folder: string, name: string, value: number | string): Promise<void> =>
  writeFile(join(folder, name), String(value), { flag: 'r+' });

/** A number that a control file holds, alone or after a key; null when it is not there. */
const readNumber = (file: string, key?: string): number | null => {
  try {
    const text = readFileSync(file, 'utf8');
    const found =
      key === undefined
        ? text.trim()
        : text
            .split('\n')
            .find((line) => line.startsWith(`${key} `))
            ?.slice(key.length + 1);
    return found !== undefined && /^\d+$/.test(found) ? Number(found) : null;
  } catch {
    return null;
  }
};

const succeeds = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
};

const REMOVAL_TRIES = 50;
const REMOVAL_PAUSE_MS = 20;

/** The kernel refuses while it still takes the last process apart. */
const remove = async (folder: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      if (attempt === REMOVAL_TRIES) throw error;
      await sleep(REMOVAL_PAUSE_MS);
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Removes what a service left that was killed. Its jails ended with it. */
const removeLeft = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(parent, name);
    // Another start may be at it as well.
    await succeeds(async () => {
      const inner = await readdir(folder, { withFileTypes: true });
      await Promise.all(inner.filter((entry) => entry.isDirectory()).map((entry) => rmdir(join(folder, entry.name))));
      await rmdir(folder);
    });
  }
};

/** Where this process is in each hierarchy, by controller; the second version's has the empty name. */
const readOwnGroups = async (): Promise<ReadonlyMap<string, string>> => {
  const groups = new Map<string, string>();
  for (const line of (await readFile('/proc/self/cgroup', 'utf8')).split('\n')) {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path !== undefined) for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
};

interface Hierarchy {
  /** The folder of all jails of this service. */
  readonly base: string;
  readonly settings: (limits: AccountLimits) => Readonly<Record<string, number | string>>;
}

interface Version {
  readonly kind: Accounting['kind'];
  readonly hierarchies: readonly Hierarchy[];
  readonly read: (folders: readonly string[]) => Usage;
}

const createAccounting = ({ kind, hierarchies, read }: Version): Accounting => ({
  kind,
  open: async (id): Promise<Account> => {
    const folders = hierarchies.map(({ base }) => join(base, id));
    const close = async (): Promise<void> => void (await Promise.all(folders.map(remove)));
    try {
      await Promise.all(folders.map((folder) => mkdir(folder)));
    } catch (error) {
      await close();
      throw error;
    }
    return {
      limit: async (limits) => {
        for (const [index, { settings }] of hierarchies.entries()) {
          for (const [name, value] of Object.entries(settings(limits))) await set(folders[index] ?? '', name, value);
        }
      },
      admit: async (pid) => void (await Promise.all(folders.map((folder) => set(folder, 'cgroup.procs', pid)))),
      read: () => read(folders),
      close,
    };
  },
  close: async () => void (await Promise.all(hierarchies.map(({ base }) => remove(base)))),
});

/** Makes the folder of this service's jails in the first place where it may; null where it may not. */
const makeBase = async (
  places: readonly string[],
  isUsable: (base: string) => Promise<boolean>,
): Promise<string | null> => {
  for (const place of places) {
    // A place that is no control group, such as the folder above all of them, has no such file.
    if (!(await succeeds(() => access(join(place, 'cgroup.procs'))))) continue;
    const base = join(place, newName());
    if (!(await succeeds(() => mkdir(base)))) continue;
    if (await isUsable(base)) {
      await removeLeft(place);
      return base;
    }
    await remove(base);
  }
  return null;
};

const V2_CONTROLLERS = ['memory', 'pids', 'cpu'];

const openSecondVersion = async (groups: ReadonlyMap<string, string>): Promise<Version | null> => {
  const own = groups.get('');
  if (own === undefined) return null;
  // A group with processes in it cannot hand on its controllers, so the one above is tried first (systemd's DelegateSubgroup).
  const places = [dirname(join(ROOT, own)), join(ROOT, own)];
  const base = await makeBase(places, async (folder) => {
    const enable = async (group: string): Promise<boolean> =>
      succeeds(() => set(group, 'cgroup.subtree_control', V2_CONTROLLERS.map((name) => `+${name}`).join(' ')));
    return (await enable(dirname(folder))) && (await enable(folder));
  });
  if (base === null) return null;
  return {
    kind: 'cgroup-v2',
    hierarchies: [
      {
        base,
        settings: ({ memoryBytes, processes }) => ({
          'memory.max': Math.ceil(memoryBytes),
          'memory.swap.max': 0,
          'memory.oom.group': 1,
          'pids.max': processes,
        }),
      },
    ],
    read: ([folder = '']) => {
      const cpuMicroseconds = readNumber(join(folder, 'cpu.stat'), 'usage_usec');
      return {
        cpuMs: cpuMicroseconds === null ? null : cpuMicroseconds / 1000,
        memoryBytes: readNumber(join(folder, 'memory.current')),
        peakMemoryBytes: readNumber(join(folder, 'memory.peak')),
        memoryKills: readNumber(join(folder, 'memory.events'), 'oom_kill') ?? 0,
      };
    },
  };
};

const openFirstVersion = async (groups: ReadonlyMap<string, string>): Promise<Version | null> => {
  const baseOf = async (controller: string): Promise<string | null> => {
    const own = groups.get(controller);
    return own === undefined ? null : makeBase([join(ROOT, controller, own)], async () => true);
  };
  const [memory, pids, cpuacct] = await Promise.all([baseOf('memory'), baseOf('pids'), baseOf('cpuacct')]);
  if (memory === null || pids === null || cpuacct === null) {
    for (const base of [memory, pids, cpuacct]) if (base !== null) await remove(base);
    return null;
  }
  return {
    kind: 'cgroup-v1',
    hierarchies: [
      {
        base: memory,
        settings: ({ memoryBytes }) => ({ 'memory.limit_in_bytes': Math.ceil(memoryBytes), 'memory.swappiness': 0 }),
      },
      { base: pids, settings: ({ processes }) => ({ 'pids.max': processes }) },
      { base: cpuacct, settings: () => ({}) },
    ],
    read: ([inMemory = '', , inCpuacct = '']) => {
      const cpuNanoseconds = readNumber(join(inCpuacct, 'cpuacct.usage'));
      return {
        cpuMs: cpuNanoseconds === null ? null : cpuNanoseconds / 1_000_000,
        memoryBytes: readNumber(join(inMemory, 'memory.usage_in_bytes')),
        peakMemoryBytes: readNumber(join(inMemory, 'memory.max_usage_in_bytes')),
        memoryKills: readNumber(join(inMemory, 'memory.oom_control'), 'oom_kill') ?? 0,
      };
    },
  };
};

/**
 * Opens control groups for the jails of this service, of whichever version the host has and lets it use.
 * @returns null where it may use none
 */
export const openControlGroups = async (): Promise<Accounting | null> => {
  const groups = await readOwnGroups();
  const version = (await openSecondVersion(groups)) ?? (await openFirstVersion(groups));
  return version === null ? null : createAccounting(version);
};
