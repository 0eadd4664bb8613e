import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Caller, Role } from '#mesh/identity.ts';
import { isForKeys, scopesOf } from '#mesh/scopes.ts';
import { decideKeyScopes, refuseMaker } from './key-rights.ts';

const OWNER = randomUUID();
const caller = (kind: 'session' | 'key', role: Role, scopes: readonly string[] = scopesOf(role)): Caller => ({
  userId: OWNER,
  email: 'a@devstudio.test',
  role,
  credential: { kind, id: randomUUID() },
  scopes: [...scopes],
});
const admin = caller('session', 'ADMIN');
const developer = caller('session', 'DEVELOPER');
const granted = (scopes: readonly string[]) => ({ outcome: 'granted', scopes });
const refused = { outcome: 'refused', error: { code: 'BAD_USER_INPUT' } };

describe('a key', () => {
  test.each<Role>(['VIEWER', 'DEVELOPER', 'ADMIN'])(
    'of %s may by default what inference and files need of what the role may',
    (role) => {
      const scopes = decideKeyScopes(null, role, caller('session', role));
      expect(scopes).toEqual(granted(scopesOf(role).filter(isForKeys)));
      expect(scopes).toMatchObject({ scopes: expect.arrayContaining(['models:read']) });
    },
  );

  test('may manage when a person names it, within the role', () => {
    const named = ['users:manage', 'audit:read', 'users:manage'];
    expect(decideKeyScopes(named, 'ADMIN', admin)).toEqual(granted(['users:manage', 'audit:read']));
    expect(decideKeyScopes(named, 'DEVELOPER', developer)).toMatchObject(refused);
    expect(decideKeyScopes(named, 'DEVELOPER', admin)).toMatchObject(refused);
  });

  test.each(['nonsense', 'toString', 'MODELS:READ', ''])('may not "%s"', (scope) => {
    expect(decideKeyScopes([scope], 'ADMIN', admin)).toMatchObject(refused);
  });

  test('that a key makes may at most what that one may, and never manages', () => {
    const maker = caller('key', 'ADMIN', ['models:read', 'keys:write', 'users:manage']);
    expect(decideKeyScopes(null, 'ADMIN', maker)).toEqual(granted(['models:read']));
    expect(decideKeyScopes(['keys:write'], 'ADMIN', maker)).toEqual(granted(['keys:write']));
    expect(decideKeyScopes(['models:read'], 'ADMIN', maker)).toEqual(granted(['models:read']));
    for (const scope of ['inference:run', 'users:manage', 'audit:read']) {
      expect(decideKeyScopes([scope], 'ADMIN', maker)).toMatchObject(refused);
    }
  });
});

describe('who makes a key', () => {
  const other = randomUUID();

  test('makes it for himself, for others only as a signed-in admin or the operator', () => {
    expect(refuseMaker(developer, OWNER, false)).toBeNull();
    expect(refuseMaker(caller('key', 'DEVELOPER'), OWNER, false)).toBeNull();
    expect(refuseMaker(admin, other, false)).toBeNull();
    expect(refuseMaker(null, other, false)).toBeNull();
    expect(refuseMaker(developer, other, false)).toMatchObject({ code: 'FORBIDDEN' });
    expect(refuseMaker(caller('key', 'ADMIN'), other, false)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is no key with limits, which would not bind the new one', () => {
    expect(refuseMaker(caller('key', 'DEVELOPER'), OWNER, true)).toMatchObject({ code: 'FORBIDDEN' });
  });
});
