import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signIdentity, verifyIdentity, type Identity } from './identity.ts';

const key = Buffer.alloc(32, 1);
const NOW = 1_800_000_000_000;
const BODY = '{"query":"{ me { id } }"}';
const identity: Identity = {
  requestId: 'r-1',
  caller: {
    userId: randomUUID(),
    email: 'ada@devstudio.test',
    role: 'DEVELOPER',
    credential: { kind: 'session', id: randomUUID() },
    scopes: ['models:read'],
  },
  client: { address: '192.0.2.7', userAgent: 'curl/8' },
};
const signed = signIdentity(key, 'users', identity, BODY, NOW);
const verify = (header: string | null | undefined, at: number = NOW) => verifyIdentity(key, 'users', header, BODY, at);
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe('a signed identity', () => {
  test('is accepted by the service it was made for, with the body it was made for', () => {
    expect(verify(signed)).toEqual({ outcome: 'accepted', identity });
  });

  test('may be nobody’s', () => {
    const anonymous: Identity = { requestId: 'r-2', caller: null, client: { address: null, userAgent: null } };
    expect(verify(signIdentity(key, 'users', anonymous, BODY, NOW))).toEqual({
      outcome: 'accepted',
      identity: anonymous,
    });
  });

  test('is in force for thirty seconds', () => {
    expect(verify(signed, NOW + 30_000).outcome).toBe('accepted');
    expect(verify(signed, NOW + 30_001)).toEqual(refused('expired'));
  });

  test('is good for no other service and no other request', () => {
    expect(verifyIdentity(key, 'models', signed, BODY, NOW)).toEqual(refused('for another service'));
    expect(verifyIdentity(key, 'users', signed, `${BODY} `, NOW)).toEqual(refused('for another request'));
    expect(verifyIdentity(key, 'users', signed, '', NOW)).toEqual(refused('for another request'));
  });

  test('of another key is forged', () => {
    expect(verify(signIdentity(Buffer.alloc(32, 2), 'users', identity, BODY, NOW))).toEqual(refused('forged'));
  });

  test('is forged as soon as one character differs', () => {
    const [claims = '', signature = ''] = signed.split('.');
    const other = (text: string, at: number): string =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    for (let at = 0; at < claims.length; at += 1) {
      expect(verify(`${other(claims, at)}.${signature}`)).toEqual(refused('forged'));
    }
    expect(verify(`${claims}.${other(signature, 0)}`)).toEqual(refused('forged'));
  });

  test('with another role inside is forged', () => {
    const [claims = '', signature = ''] = signed.split('.');
    const promoted = Buffer.from(claims, 'base64url').toString().replace('DEVELOPER', 'ADMIN');
    expect(verify(`${Buffer.from(promoted).toString('base64url')}.${signature}`)).toEqual(refused('forged'));
  });

  test.each([[null], [undefined], ['']])('is missing when the header is %j', (header) => {
    expect(verify(header)).toEqual(refused('missing'));
  });

  test.each(['.', 'a', 'a.', '.a', 'a.b.c'])('is malformed when the header is %j', (header) => {
    expect(verify(header)).toEqual(refused('malformed'));
  });

  test.each(['a.b', `${'a'.repeat(100_000)}.${'b'.repeat(43)}`, '\u0000.\u0000', 'ü.ü'])(
    'is forged, and nothing is thrown, for nonsense',
    (header) => {
      expect(verify(header)).toEqual(refused('forged'));
    },
  );

  test('of a gateway of another version is malformed', () => {
    const strange: Identity & { readonly more: string } = { ...identity, more: 'than we know' };
    expect(verify(signIdentity(key, 'users', strange, BODY, NOW))).toEqual(refused('malformed'));
  });
});
