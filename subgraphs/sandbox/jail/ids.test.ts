import { expect, test } from 'vitest';
import { isRoot, nextJailIds } from './ids.ts';

test('jails of a service that is root have users of their own, and those of another its own', () => {
  const all = Array.from({ length: 100 }, nextJailIds);
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(isRoot() ? 100 : 1);
  expect(all.every(({ uid, gid }) => uid === gid && uid !== 0)).toBe(true);
});
