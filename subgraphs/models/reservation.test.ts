import { expect, test } from 'vitest';
import { refusalOf } from './reservation.ts';
import type { Limit } from './store/billing.ts';

const denied = (limit: Partial<Limit>, retryAfter: number | null) =>
  refusalOf(
    {
      outcome: 'denied',
      limit: { whose: 'user', model: null, unit: 'tokens', period: 'total', ...limit },
      retryAfter,
    },
    'starter',
  );

test('a budget that frees again says when, one that does not says nothing of it', () => {
  expect(denied({ period: 'month' }, 30)).toMatchObject({
    message: 'Your tokens per month are used up; try again in 30 s.',
    extensions: { code: 'BUDGET_EXCEEDED', retryAfterSeconds: 30 },
  });
  const never = denied({}, null);
  expect(never).toMatchObject({
    code: 'BUDGET_EXCEEDED',
    message: 'Your tokens do not hold this request.',
  });
  expect(never.extensions).not.toHaveProperty('retryAfterSeconds');
});

test('the quota in the way is named, for people and for programs', () => {
  const limit: Limit = { whose: 'key', model: 'starter', unit: 'tokens', period: 'minute' };
  expect(denied(limit, 12)).toMatchObject({
    message: "The key's tokens per minute for the model starter are used up; try again in 12 s.",
    extensions: { quota: limit },
  });
});

test.each<[Partial<Limit>, number | null, string]>([
  [{ unit: 'requests', period: 'minute' }, 1, 'RATE_LIMITED'],
  [{ unit: 'tokens', period: 'minute' }, 1, 'RATE_LIMITED'],
  [{ unit: 'tokens', period: 'minute' }, null, 'BUDGET_EXCEEDED'],
  [{ unit: 'microcredits', period: 'minute' }, 1, 'BUDGET_EXCEEDED'],
  [{ unit: 'requests', period: 'day' }, 1, 'BUDGET_EXCEEDED'],
])('of %o, free again in %s s, a client is told %s', (limit, retryAfter, code) => {
  expect(denied(limit, retryAfter).code).toBe(code);
});

test.each([
  ['no_quota', 'BUDGET_EXCEEDED'],
  ['inactive', 'UNAUTHENTICATED'],
  ['key_inactive', 'UNAUTHENTICATED'],
  ['model_denied', 'FORBIDDEN'],
  ['duplicate', 'CONFLICT'],
] as const)('%s is told as %s', (outcome, code) => {
  expect(refusalOf({ outcome }, 'starter').code).toBe(code);
});
