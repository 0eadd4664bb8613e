import { expect, test } from 'vitest';
import { changes } from './generated.ts';

test('files that were changed, added and removed are named in order', () => {
  const before = new Map([
    ['kept', '1'],
    ['changed', '1'],
    ['removed', '1'],
  ]);
  const after = new Map([
    ['kept', '1'],
    ['changed', '2'],
    ['added', '1'],
  ]);
  expect(changes(before, after)).toEqual(['added', 'changed', 'removed']);
});
