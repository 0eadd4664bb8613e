import { describe, expect, test } from 'vitest';
import { afterAnswer, afterFailure, afterTrial, chooseServer, isDue, UNKNOWN, type Health } from './health.ts';

const server = (health: Health, busy = 0) => ({ health, busy });
const gone = afterFailure(UNKNOWN, 'gone', 'it is gone', 0);

describe('the health of a server', () => {
  test('one that is gone rests at once, twice as long each time, a minute at most', () => {
    expect(gone).toMatchObject({ failures: 1, retryAt: 1_000, reason: 'it is gone' });
    let health: Health = UNKNOWN;
    const rests = Array.from({ length: 9 }, () => (health = afterFailure(health, 'gone', 'x', 0)).retryAt);
    expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test('one that fails rests after three failures in a row: one may be the doing of a request', () => {
    const once = afterFailure(UNKNOWN, 'failed', 'x', 0);
    const twice = afterFailure(once, 'failed', 'x', 0);
    expect([once.retryAt, twice.retryAt]).toEqual([null, null]);
    expect(afterFailure(twice, 'failed', 'x', 0).retryAt).toBe(4_000);
    expect(afterFailure(afterAnswer(0), 'failed', 'x', 0).retryAt).toBeNull();
  });

  test('is asked for when it rests no more, when it was never heard of, and when nobody has for long', () => {
    expect([isDue(gone, 999), isDue(gone, 1_000)]).toEqual([false, true]);
    expect(isDue(UNKNOWN, 0)).toBe(true);
    expect([isDue(afterAnswer(0), 29_999), isDue(afterAnswer(0), 30_000)]).toEqual([false, true]);
  });
});

describe('the choice of a server', () => {
  test('is the least busy one that answers', () => {
    const [busy, idle] = [server(UNKNOWN, 3), server(UNKNOWN, 1)];
    expect(chooseServer([busy, idle, server(gone)], 8, 5_000)).toEqual({
      choice: 'server',
      server: idle,
      trial: false,
    });
  });

  test('is one whose rest is over, for a single request, where none answers', () => {
    const resting = server(gone);
    expect(chooseServer([resting], 8, 400)).toEqual({ choice: 'none', seconds: 1 });
    expect(chooseServer([resting], 8, 1_000)).toEqual({ choice: 'server', server: resting, trial: true });
    const tried = server(afterTrial(gone, 1_000));
    expect(chooseServer([tried], 8, 1_001)).toEqual({ choice: 'none', seconds: 1 });
  });

  test('is none where all that answer have as much as they may', () => {
    expect(chooseServer([server(UNKNOWN, 8), server(gone)], 8, 0)).toEqual({ choice: 'full' });
  });
});
