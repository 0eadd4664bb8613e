import { describe, expect, test } from 'vitest';
import { dueChange } from './signing-keys.ts';

const DAY = 86_400;
const key = (state: 'next' | 'active' | 'retired', seconds: number) => ({ kid: `${state} ${seconds}`, state, seconds });

describe('time makes of the signing keys', () => {
  test.each([
    ['a first one', [], { change: 'make active' }],
    ['nothing of a young one', [key('active', 30 * DAY - 1)], { change: 'none' }],
    ['a next one beside one of thirty days', [key('active', 30 * DAY)], { change: 'make next' }],
    ['nothing while verifiers learn the next one', [key('active', 31 * DAY), key('next', 359)], { change: 'none' }],
    ['the next one active once they know it', [key('active', 31 * DAY), key('next', 360)], { change: 'activate next' }],
    ['the next one active where none is', [key('next', 360)], { change: 'activate next' }],
    ['nothing of a retired one whose tokens live', [key('active', 899), key('retired', 899)], { change: 'none' }],
    [
      'retired ones go when their tokens are over',
      [key('active', 900), key('retired', 900), key('retired', 9_000)],
      { change: 'delete', kids: ['retired 900', 'retired 9000'] },
    ],
  ] as const)('%s', (_what, keys, due) => {
    expect(dueChange(keys)).toEqual(due);
  });
});
