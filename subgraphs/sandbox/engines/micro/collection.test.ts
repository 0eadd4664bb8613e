import { expect, test } from 'vitest';
import { createCollection } from './collection.ts';

const file = (path: string, bytes = 1) => ({ path, bytes });

test('only files that match and whose paths are allowed are asked for', () => {
  const collection = createCollection(['out/**', '*.txt']);
  for (const path of ['a.txt', 'out/x', 'main.py', 'out/../a.txt', '/a.txt', 'out/\u202Ex'])
    collection.offer(file(path));
  expect(collection.paths()).toEqual(['a.txt', 'out/x']);
  expect(collection.message()).toBeNull();
});

test('a file that nobody asked for is not taken, nor one twice', () => {
  const collection = createCollection(['*.txt']);
  collection.offer(file('a.txt'));
  for (const path of ['main.py', 'a.txt', 'a.txt']) collection.take({ path, bytes: Buffer.from('x') });
  expect(collection.files()).toEqual([{ path: 'a.txt', bytes: Buffer.from('x') }]);
});

test('what is too large or too many is left out and said', () => {
  const collection = createCollection(['**']);
  for (let index = 0; index < 201; index++) collection.offer(file(`f${index}`));
  expect(collection.paths()).toHaveLength(200);
  expect(collection.message()).toBe('1 more files match but are too many or too large to bring back.');
  const large = createCollection(['**']);
  large.offer(file('a', 6 * 1024 ** 2));
  for (const name of ['b', 'c', 'd', 'e', 'f']) large.offer(file(name, 5 * 1024 ** 2));
  expect(large.paths()).toEqual(['b', 'c', 'd', 'e']);
});
