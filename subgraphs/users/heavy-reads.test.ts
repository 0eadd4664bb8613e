import { expect, test } from 'vitest';
import { createHeavyReads } from './heavy-reads.ts';

test('a request reads each field once, and another request does as well', async () => {
  const heavily = createHeavyReads();
  const request = { caller: null };
  const read = () => Promise.resolve('much');
  expect(await heavily(request, 'a', read)).toBe('much');
  await expect(heavily(request, 'a', read)).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
  expect(await heavily(request, 'b', read)).toBe('much');
  expect(await heavily({ caller: null }, 'a', read)).toBe('much');
});

test('two run at once, some wait, and the rest is refused', async () => {
  const heavily = createHeavyReads();
  const ending = Promise.withResolvers<void>();
  let running = 0;
  const reads = Array.from({ length: 40 }, () =>
    heavily({ caller: null }, 'a', () => {
      running += 1;
      return ending.promise;
    }).then(
      () => 'read',
      ({ code }: { code: string }) => code,
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(running).toBe(2);
  ending.resolve();
  const outcomes = await Promise.all(reads);
  expect(outcomes.filter((outcome) => outcome === 'OVERLOADED')).toHaveLength(6);
  expect(outcomes.filter((outcome) => outcome === 'read')).toHaveLength(34);
});
