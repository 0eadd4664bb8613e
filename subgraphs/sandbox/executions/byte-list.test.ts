import { expect, test } from 'vitest';
import { createByteList } from './byte-list.ts';

test('bytes are kept in their order, small pieces together and large ones as they are', () => {
  const list = createByteList();
  const large = Buffer.alloc(20_000, 'L');
  const pieces = [
    ...Array.from({ length: 40_000 }, (_, index) => Buffer.from([index % 256])),
    large,
    Buffer.from('end'),
  ];
  for (const piece of pieces) list.add(piece);
  expect(Buffer.concat(list.all())).toEqual(Buffer.concat(pieces));
  expect(list.all()).toHaveLength(5);
  expect(list.all()).toContain(large);
});

test('nothing is nothing', () => {
  const list = createByteList();
  list.add(Buffer.alloc(0));
  expect(list.all()).toEqual([]);
});
