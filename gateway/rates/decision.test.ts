import { describe, expect, test } from 'vitest';
import { decideRate, rateError, rateHeaders } from './decision.ts';

describe('a rate', () => {
  test('is within its limit up to the last point', () => {
    expect(decideRate({ consumed: 10, msToReset: 1_500 }, 1, 10)).toEqual({
      outcome: 'within',
      limit: 10,
      remaining: 0,
      resetSeconds: 2,
    });
  });

  test('over its limit says when to come again, and costs nothing', () => {
    expect(decideRate({ consumed: 12, msToReset: 59_001 }, 5, 10)).toEqual({
      outcome: 'over',
      limit: 10,
      remaining: 3,
      resetSeconds: 60,
      retryAfterSeconds: 60,
    });
  });

  test('never has more left than its limit, nor less than a second to wait', () => {
    expect(decideRate({ consumed: -3, msToReset: 0 }, 1, 10)).toMatchObject({ remaining: 10, resetSeconds: 1 });
  });

  test('becomes headers, and an error only when it is over', () => {
    const over = decideRate({ consumed: 11, msToReset: 7_000 }, 1, 10);
    expect(rateHeaders(over)).toEqual({ 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '7' });
    expect(rateError(over)?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 7 });
    expect(rateError(decideRate({ consumed: 1, msToReset: 7_000 }, 1, 10))).toBeUndefined();
  });
});
