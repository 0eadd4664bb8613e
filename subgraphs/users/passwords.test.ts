import { describe, expect, test } from 'vitest';
import { createPasswords, type Turn } from './passwords.ts';

const pepper = Buffer.alloc(32, 1);
const COST = 4;

describe('passwords', () => {
  const passwords = createPasswords(pepper, COST);

  test('are recognised, and others are not', async () => {
    const hashed = await passwords.hash('correct horse');
    expect(await passwords.verify('correct horse', hashed)).toBe(true);
    expect(await passwords.verify('correct horsf', hashed)).toBe(false);
  });

  test('of more than 72 bytes count to the last one', async () => {
    const hashed = await passwords.hash(`${'😀'.repeat(18)}x`);
    expect(await passwords.verify(`${'😀'.repeat(18)}y`, hashed)).toBe(false);
    expect(await passwords.verify('😀'.repeat(18), hashed)).toBe(false);
    expect(await passwords.verify(`${'😀'.repeat(18)}x`, hashed)).toBe(true);
  });

  test('do not end at a NUL', async () => {
    const hashed = await passwords.hash('abc\u0000def');
    expect(await passwords.verify('abc\u0000xyz', hashed)).toBe(false);
    expect(await passwords.verify('abc', hashed)).toBe(false);
  });

  test('are the same however the keyboard composes them', async () => {
    const hashed = await passwords.hash('cafe\u0301');
    expect(await passwords.verify('caf\u00e9', hashed)).toBe(true);
  });

  test('hash differently each time', async () => {
    expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'));
  });

  test('do not match a stolen hash without the pepper', async () => {
    const hashed = await createPasswords(Buffer.alloc(32, 2), COST).hash('correct horse');
    expect(await passwords.verify('correct horse', hashed)).toBe(false);
  });

  test('of an account that does not exist never match', async () => {
    expect(await passwords.verify('', null)).toBe(false);
    expect(await passwords.verify('anything', null)).toBe(false);
  });

  test('cost 2^12 rounds in earnest', async () => {
    expect(await createPasswords(pepper).hash('x')).toMatch(/^\$2b\$12\$/);
  });

  const stranger = { known: false, who: '203.0.113.0/24' };
  const tries = (turn: Turn, times = 40) =>
    Promise.allSettled(Array.from({ length: times }, () => passwords.verify('x', null, turn)));

  test('are refused when too many wait, and taken again afterwards', async () => {
    const refused = (await tries(stranger)).filter((one) => one.status === 'rejected');
    // Two run, thirty-two wait.
    expect(refused).toHaveLength(6);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'OVERLOADED' });
    expect(await passwords.verify('x', null, stranger)).toBe(false);
  });

  test('of other strangers and of whoever is known find their turn while one floods', async () => {
    const flood = tries(stranger, 200);
    expect(await passwords.verify('x', null, { known: false, who: '198.51.100.0/24' })).toBe(false);
    expect(await passwords.verify('x', null, { known: true, who: 'an account' })).toBe(false);
    await flood;
  });

  test('of whoever is known wait for no strangers, however many they are', async () => {
    const done: string[] = [];
    const flood = Promise.allSettled(
      Array.from({ length: 200 }, (_, n) => passwords.verify('x', null, { known: false, who: `network ${n}` })),
    ).then(() => done.push('strangers'));
    await passwords.verify('x', null, { known: true, who: 'an account' });
    done.push('known');
    await flood;
    expect(done).toEqual(['known', 'strangers']);
  });
});
