import { expect, test } from 'vitest';
import { refusalOf } from './reservation.ts';

test('a budget that frees again says when, one that does not says nothing of it', () => {
  expect(refusalOf('denied', 30)).toMatchObject({ code: 'BUDGET_EXCEEDED', extensions: { retryAfterSeconds: 30 } });
  expect(refusalOf('denied', null).extensions).not.toHaveProperty('retryAfterSeconds');
});

test('each refusal has its code', () => {
  expect(refusalOf('no_quota', null).code).toBe('BUDGET_EXCEEDED');
  expect(refusalOf('inactive', null).code).toBe('UNAUTHENTICATED');
  expect(refusalOf('duplicate', null).code).toBe('CONFLICT');
});
