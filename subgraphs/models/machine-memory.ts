import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/** What there is of memory for this process and its children, a container's limit included. In bytes. */
export interface MachineMemory {
  total(): number;
  /** What can be taken without anything being killed for it. */
  available(): Promise<number>;
}

/** The files that tell what a control group has read from disks: version 2, then version 1, its own before the root's. */
const statisticsOf = (groups: string): readonly string[] =>
  groups.split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === '') return [];
    if (controllers === '') return [path, '/'].map((group) => join('/sys/fs/cgroup', group, 'memory.stat'));
    if (!controllers.split(',').includes('memory')) return [];
    return [path, '/'].map((group) => join('/sys/fs/cgroup/memory', group, 'memory.stat'));
  });

/** Bytes of files that a group keeps in memory and the kernel gives back when they are wanted, from `memory.stat`. */
export const fileCacheIn = (statistics: string): number => {
  const value = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(statistics)?.[1] ?? 0);
  return ['active_file', 'inactive_file'].reduce((sum, name) => sum + (value(`total_${name}`) || value(name)), 0);
};

const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const fileCache = async (): Promise<number> => {
  for (const path of statisticsOf((await read('/proc/self/cgroup')) ?? '')) {
    const statistics = await read(path);
    if (statistics !== undefined) return fileCacheIn(statistics);
  }
  return 0;
};

const limit = (): number | undefined => {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : undefined;
};

/** The memory of this machine. */
export const machineMemory: MachineMemory = {
  total: () => limit() ?? totalmem(),
  available: async () => {
    const most = limit();
    if (most === undefined) return freemem();
    // Node counts a container's file cache as taken: a model that was only downloaded would be in the way of loading it.
    return Math.min(freemem(), most, process.availableMemory() + (await fileCache()));
  },
};

/** The kernel's count of processes that it has killed for want of memory; undefined where it does not tell. */
export const outOfMemoryKills = async (): Promise<number | undefined> => {
  const count = /^oom_kill (\d+)$/m.exec((await read('/proc/vmstat')) ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
};
