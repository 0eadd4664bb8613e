import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { processors, quotaOfVersion1 } from './processors.ts';

/** Quota and period of each group, in microseconds. */
const files = (groups: Readonly<Record<string, readonly [number, number]>>) => (path: string) => {
  const [, group = '', file] = /^\/sys\/fs\/cgroup(.*)\/cpu\.cfs_(quota|period)_us$/.exec(path) ?? [];
  const [quota, period] = groups[group] ?? [];
  return (file === 'quota' ? quota : period)?.toString();
};

test.each([
  ['one processor', '3:cpuset:/\n1:cpu:/a\n0::/', { '/cpu/a': [100_000, 100_000] }, 1],
  ['two and a half', '1:cpu:/a', { '/cpu/a': [250_000, 100_000] }, 2],
  ['a part of one', '1:cpu:/a', { '/cpu/a': [20_000, 100_000] }, 1],
  ['mounted together', '4:cpu,cpuacct:/a', { '/cpu,cpuacct/a': [300_000, 100_000] }, 3],
  ['that of a group above', '1:cpu:/a/b', { '/cpu/a': [200_000, 100_000], '/cpu/a/b': [900_000, 100_000] }, 2],
  ['as a container sees it', '1:cpu:/docker/abc', { '/cpu': [400_000, 100_000] }, 4],
  ['none', '1:cpu:/a', { '/cpu/a': [-1, 100_000] }, Infinity],
  ['other controllers', '1:cpuset,cpuacct:/a', { '/cpuset,cpuacct/a': [100_000, 100_000] }, Infinity],
  ['version 2', '0::/a', {}, Infinity],
  ['nothing', '', {}, Infinity],
] as const)('a quota of a control group of version 1 is known: %s', (_, groups, quotas, expected) => {
  expect(quotaOfVersion1(groups, files(quotas))).toBe(expected);
});

test('this machine has processors, and never more than Node says', () => {
  expect(processors()).toBeGreaterThanOrEqual(1);
  expect(processors()).toBeLessThanOrEqual(availableParallelism());
});
