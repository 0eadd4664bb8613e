import { describe, expect, test } from 'vitest';
import { decideAdmission, MAX_ANONYMOUS, MAX_SOCKETS, type Arrival } from './admission.ts';

const decide = (arrival: Partial<Arrival>) =>
  decideAdmission({
    path: '/graphql',
    stopping: false,
    open: 0,
    anonymous: 0,
    ofAddress: 0,
    mostOfAddress: 10,
    ...arrival,
  });

const UNAVAILABLE = { outcome: 'refused', status: '503 Service Unavailable' };

describe('a WebSocket', () => {
  test('is accepted up to the limit of all, and of those that nobody knows', () => {
    expect(decide({ open: MAX_SOCKETS - 1, anonymous: MAX_ANONYMOUS - 1 })).toEqual({ outcome: 'accepted' });
    expect(decide({ open: MAX_SOCKETS })).toEqual(UNAVAILABLE);
    expect(decide({ open: MAX_ANONYMOUS, anonymous: MAX_ANONYMOUS })).toEqual(UNAVAILABLE);
  });

  test('is accepted up to the limit of its address', () => {
    expect(decide({ ofAddress: 9 })).toEqual({ outcome: 'accepted' });
    expect(decide({ ofAddress: 10 })).toEqual({ outcome: 'refused', status: '429 Too Many Requests' });
  });

  test('is not accepted any more while the gateway stops', () => {
    expect(decide({ stopping: true })).toEqual(UNAVAILABLE);
  });

  test('has one address', () => {
    expect(decide({ path: '/elsewhere' })).toEqual({ outcome: 'refused', status: '404 Not Found' });
  });
});
