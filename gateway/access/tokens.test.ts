import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { Keys, type KeyRow } from './keys.ts';
import { Tokens } from './tokens.ts';

const MINUTE = 60_000;
let now: number;
let loads: number;
let rows: KeyRow[];
let tokens: Tokens;
let keys: Keys;
let load: () => Promise<readonly KeyRow[]>;

const newKey = (kid: string): { row: KeyRow; key: KeyObject } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { row: { kid, jwk: JSON.stringify(publicKey.export({ format: 'jwk' })) }, key: privateKey };
};

const sign = (
  key: KeyObject,
  kid: string,
  claims: Record<string, unknown> = { sid: 's' },
  alg = 'EdDSA',
  lifetime = 900,
) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg, typ: 'at+jwt', kid })
    .setSubject('u')
    .setIssuer('cyberdevstudio')
    .setAudience('cyberdevstudio')
    .setIssuedAt(now / 1_000)
    .setExpirationTime(now / 1_000 + lifetime)
    .sign(key);

const first = newKey('first');

beforeEach(() => {
  now = Date.UTC(2026, 10, 22);
  loads = 0;
  rows = [first.row];
  load = () => {
    loads += 1;
    return Promise.resolve(rows);
  };
  keys = new Keys(
    () => load(),
    () => now,
    async (milliseconds) => {
      now += milliseconds;
    },
  );
  tokens = new Tokens(keys, () => now);
});

describe('a token', () => {
  test('is valid until five seconds after its end', async () => {
    const token = await sign(first.key, 'first');
    const session = { userId: 'u', sessionId: 's', expiresAt: now + 15 * MINUTE };
    expect(await tokens.verify(token)).toEqual({ outcome: 'valid', session });
    now += 15 * MINUTE + 4_000;
    expect(await tokens.verify(token)).toEqual({ outcome: 'valid', session });
    now += 2_000;
    expect(await tokens.verify(token)).toEqual({ outcome: 'expired' });
  });

  test('lives for fifteen minutes at most, whatever it says of itself', async () => {
    const token = await sign(first.key, 'first', { sid: 's' }, 'EdDSA', 10 * 365 * 86_400);
    expect(await tokens.verify(token)).toMatchObject({ outcome: 'valid', session: { expiresAt: now + 15 * MINUTE } });
    now += 16 * MINUTE;
    expect(await tokens.verify(token)).toEqual({ outcome: 'expired' });
    expect(await new Tokens(keys, () => now).verify(token)).toEqual({ outcome: 'expired' });
  });

  test('of a withdrawn key is believed for two seconds at most, and one of a new key at once', async () => {
    const token = await sign(first.key, 'first');
    expect((await tokens.verify(token)).outcome).toBe('valid');
    const second = newKey('second');
    rows = [second.row];
    expect((await tokens.verify(token)).outcome).toBe('valid');
    now += 2_000;
    expect((await tokens.verify(token)).outcome).toBe('invalid');
    expect((await tokens.verify(await sign(second.key, 'second'))).outcome).toBe('valid');
  });

  test('without a session is none', async () => {
    expect(await tokens.verify(await sign(first.key, 'first', {}))).toEqual({ outcome: 'invalid' });
  });

  test('signed with the public key as a shared secret is none', async () => {
    const forged = new SignJWT({ sid: 's' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'first' })
      .setSubject('u')
      .setIssuer('cyberdevstudio')
      .setAudience('cyberdevstudio')
      .setExpirationTime(now / 1_000 + 900)
      .sign(Buffer.from(first.row.jwk));
    expect(await tokens.verify(await forged)).toEqual({ outcome: 'invalid' });
  });

  test('is undecided while the keys cannot be loaded', async () => {
    load = () => Promise.reject(new StudioError('SERVICE_UNAVAILABLE'));
    await expect(tokens.verify(await sign(first.key, 'first'))).rejects.toThrow('not reachable');
  });
});

describe('keys', () => {
  test('of an unknown id are loaded anew, once for all who ask, and four times a second at most', async () => {
    const second = newKey('second');
    expect((await tokens.verify(await sign(first.key, 'first'))).outcome).toBe('valid');
    rows = [first.row, second.row];
    const before = now;
    expect((await tokens.verify(await sign(second.key, 'second'))).outcome).toBe('valid');
    expect(now - before).toBe(250);
    expect(loads).toBe(2);
    await Promise.all([keys.find('x'), keys.find('y'), keys.find('z')]);
    expect(loads).toBe(3);
    expect(now - before).toBe(500);
  });

  test('are loaded once by all who wait for them', async () => {
    await Promise.all([keys.find('first'), keys.find('first'), keys.published()]);
    expect(loads).toBe(1);
  });

  test('are published without their private part, and none is taken that is no Ed25519 key', async () => {
    rows = [{ kid: 'x', jwk: JSON.stringify(first.key.export({ format: 'jwk' })) }];
    const [published] = await keys.published();
    expect(published).not.toHaveProperty('d');
    now += 10 * MINUTE;
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    rows = [{ kid: 'y', jwk: JSON.stringify(publicKey.export({ format: 'jwk' })) }];
    await expect(keys.find('y')).rejects.toThrow('OKP');
  });
});
