import { expect, test } from 'vitest';
import { fileCacheIn, machineMemory } from './machine-memory.ts';

test('what a group keeps of files is not taken, in both versions of control groups', () => {
  expect(fileCacheIn('anon 100\nfile 900\ninactive_file 300\nactive_file 500\nslab 9\n')).toBe(800);
  expect(fileCacheIn('cache 9\ninactive_file 1\nactive_file 2\ntotal_inactive_file 30\ntotal_active_file 50\n')).toBe(
    80,
  );
  expect(fileCacheIn('')).toBe(0);
});

test('this machine has memory, and never more free than there is', async () => {
  const available = await machineMemory.available();
  expect(available).toBeGreaterThan(0);
  expect(available).toBeLessThanOrEqual(machineMemory.total());
});
