import { describe, expect, test } from 'vitest';
import { accessTo, parseProjectName } from './projects.ts';

describe('a project name', () => {
  test('stands without the spaces around it, in composed letters', () => {
    expect(parseProjectName('  gru\u0308n ')).toEqual({ outcome: 'accepted', name: 'gr\u00fcn' });
  });

  test.each(['a', 'My project', '😀'.repeat(100), '../etc'])('may be %j: it never names a folder', (name) => {
    expect(parseProjectName(name)).toEqual({ outcome: 'accepted', name });
  });

  test.each(['', '   ', 'x'.repeat(101), '😀'.repeat(101), 'a\nb', 'a\0', 'a\u0085', 'a\ud800'])(
    'is not %j',
    (name) => {
      expect(parseProjectName(name)).toMatchObject({ outcome: 'refused' });
    },
  );
});

describe('access to a project', () => {
  const project = { ownerId: 'ada' };
  test.each([
    [project, { userId: 'ada', role: 'DEVELOPER' }, 'write'],
    [project, { userId: 'ada', role: 'ADMIN' }, 'write'],
    [project, { userId: 'bob', role: 'ADMIN' }, 'read'],
    [project, { userId: 'bob', role: 'DEVELOPER' }, 'none'],
    [project, { userId: 'bob', role: 'VIEWER' }, 'none'],
    [null, { userId: 'ada', role: 'ADMIN' }, 'none'],
  ] as const)('of %j for %j is %s', (of, caller, access) => {
    expect(accessTo(of, caller)).toBe(access);
  });
});
