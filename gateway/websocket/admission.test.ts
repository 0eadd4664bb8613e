import { describe, expect, test } from 'vitest';
import { decideAdmission, type Arrival } from './admission.ts';

const decide = (arrival: Partial<Arrival>) =>
  decideAdmission({
    path: '/graphql',
    stopping: false,
    ofAddress: 0,
    mostOfAddress: 10,
    ...arrival,
  });

const UNAVAILABLE = { outcome: 'refused', status: '503 Service Unavailable' };

describe('a WebSocket', () => {
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
