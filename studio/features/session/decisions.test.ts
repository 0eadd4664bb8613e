import { describe, expect, test } from 'vitest';
import { may, renewalDelay, renewalOf, type Grant } from './decisions.ts';

const jwt = (claims: unknown): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('the moment of renewal', () => {
  test('is at four fifths of the life that the token itself names', () => {
    expect(renewalDelay(jwt({ iat: 1_000, exp: 1_600, name: 'Zoë>?' }))).toBe(480_000);
  });

  test.each(['', 'x', 'a.b.c', jwt(null), jwt({ exp: 5 }), jwt({ iat: 9, exp: 3 }), jwt({ iat: 0, exp: 1e12 })])(
    'is soon for a token that does not say: %s',
    (token) => {
      expect(renewalDelay(token)).toBe(60_000);
    },
  );
});

describe('the answer to a renewal', () => {
  const failed = (code: string) =>
    ({ outcome: 'failed', failure: { code, sentence: 's', mend: 'm', requestId: null } }) as const;
  const grant: Grant = { accessToken: 'a', refreshToken: 'r', user: { id: '1', email: 'a@b.c', role: 'VIEWER' } };

  test('is a new grant', () => {
    expect(renewalOf({ outcome: 'answered', data: { refreshSession: grant } })).toEqual({ outcome: 'renewed', grant });
  });

  test('ends the session when the server refuses it', () => {
    expect(renewalOf(failed('UNAUTHENTICATED'))).toEqual({ outcome: 'ended' });
    expect(renewalOf(failed('FORBIDDEN'))).toEqual({ outcome: 'ended' });
  });

  test.each(['UNREACHABLE', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'])(
    'keeps the session after %s',
    (code) => {
      expect(renewalOf(failed(code)).outcome).toBe('unknown');
    },
  );
});

test('a viewer reads, a developer chats, an admin manages models', () => {
  const as = (role: 'ADMIN' | 'DEVELOPER' | 'VIEWER') => {
    const user = { id: '1', email: 'a@b.c', role };
    return [may.chat(user), may.manageModels(user)];
  };
  expect([as('VIEWER'), as('DEVELOPER'), as('ADMIN')]).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
});
