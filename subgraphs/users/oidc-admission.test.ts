import { describe, expect, test } from 'vitest';
import { admit, type Arrival } from './oidc-admission.ts';

const account = { id: '1', status: 'ACTIVE', linked: false } as const;
const arrival: Arrival = { email: 'ada@example.org', account, createAccounts: false };

describe('somebody who comes from the provider for the first time', () => {
  test('is linked to the account of their verified e-mail address', () => {
    expect(admit(arrival)).toEqual({ outcome: 'link', userId: '1' });
  });

  test('is given an account where that is wanted, and refused where it is not', () => {
    expect(admit({ ...arrival, account: null, createAccounts: true })).toEqual({
      outcome: 'create',
      email: 'ada@example.org',
    });
    expect(admit({ ...arrival, account: null })).toMatchObject({ outcome: 'refused', reason: 'unknown account' });
  });

  test.each([
    ['an address that nobody has verified', { email: null, createAccounts: true }, 'e-mail not verified'],
    ['an account that is linked already', { account: { ...account, linked: true } }, 'account linked already'],
    ['a suspended account', { account: { ...account, status: 'SUSPENDED' } }, 'suspended account'],
  ] as const)('is refused with %s', (_, known, reason) => {
    expect(admit({ ...arrival, ...known })).toMatchObject({ outcome: 'refused', reason });
  });
});
