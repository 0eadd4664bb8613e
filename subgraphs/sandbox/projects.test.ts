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
    [project, { userId: 'ada', scopes: ['projects:read'] }, 'write'],
    [project, { userId: 'ada', scopes: ['users:manage'] }, 'write'],
    [project, { userId: 'bob', scopes: ['projects:read', 'users:manage'] }, 'read'],
    // A key that an admin has made for less.
    [project, { userId: 'bob', scopes: ['projects:read', 'code:run'] }, 'none'],
    [project, { userId: 'bob', scopes: [] }, 'none'],
    [null, { userId: 'ada', scopes: ['users:manage'] }, 'none'],
  ] as const)('of %j for %j is %s', (of, caller, access) => {
    expect(accessTo(of, caller)).toBe(access);
  });
});
