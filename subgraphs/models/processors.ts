import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

type Read = (path: string) => string | undefined;

/** A group and those above it, the root's last: inside a container that is all that can be seen of its own. */
const upwards = (group: string): readonly string[] => (group === '/' ? ['/'] : [group, ...upwards(dirname(group))]);

/**
 * Processors that the quotas of control groups of version 1 are worth; Infinity where there is none.
 * @param groups what `/proc/self/cgroup` says
 */
export const quotaOfVersion1 = (groups: string, read: Read): number => {
  const quotas = groups.split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (!controllers.split(',').includes('cpu')) return [];
    return upwards(path).map((group) => {
      const value = (name: string): number => Number(read(join('/sys/fs/cgroup', controllers, group, name)));
      const worth = value('cpu.cfs_quota_us') / value('cpu.cfs_period_us');
      // −1 is no quota.
      return worth > 0 ? Math.max(1, Math.floor(worth)) : Infinity;
    });
  });
  return Math.min(...quotas);
};

const readIfThere: Read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/**
 * Processors that this process may use at once. Node knows what an affinity and a quota of version 2 leave, but quotas of
 * version 1 only where `cpu` is mounted together with `cpuacct`.
 */
export const processors = (): number =>
  Math.min(availableParallelism(), quotaOfVersion1(readIfThere('/proc/self/cgroup') ?? '', readIfThere));
