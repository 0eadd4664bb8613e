import { describe, expect, test } from 'vitest';
import { failureOf } from './failure.ts';

const coded = {
  message: 'The token budget is used up.',
  extensions: { code: 'BUDGET_EXCEEDED', mend: 'Ask an admin for more tokens.', requestId: 'r-1' },
};
const failure = {
  code: 'BUDGET_EXCEEDED',
  sentence: 'The token budget is used up.',
  mend: 'Ask an admin for more tokens.',
  requestId: 'r-1',
};

describe('a failure', () => {
  test('keeps the sentence, mend and request id of a refused request', () => {
    expect(failureOf({ graphQLErrors: [coded], networkError: undefined })).toEqual(failure);
  });

  test('keeps them for a refused stream, too', () => {
    expect(failureOf([coded])).toEqual(failure);
  });

  test('says that the studio cannot be reached when no answer came', () => {
    expect(failureOf({ graphQLErrors: [], networkError: new TypeError('fetch failed') }).code).toBe('UNREACHABLE');
  });

  test('tells a refused token from a dropped connection by the close code', () => {
    expect(failureOf({ code: 4403, reason: 'Forbidden' }).code).toBe('UNAUTHENTICATED');
    expect(failureOf({ code: 1006, reason: '' }).code).toBe('DROPPED');
  });

  test.each([undefined, null, 'text', [], [{}], {}, new Error('x'), [{ message: 'x', extensions: { code: 7 } }]])(
    'never shows what it does not know: %o',
    (error) => {
      expect(failureOf(error)).toMatchObject({ code: 'UNEXPECTED', requestId: null });
    },
  );
});
