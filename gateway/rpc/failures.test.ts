import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { StudioError } from '#mesh/errors.ts';
import { errorResponse, failure, failureFrom, NO_JSON, UNKNOWN_METHOD } from './failures.ts';

describe('an error of the graph', () => {
  test.each([
    ['UNAUTHENTICATED', -32_001, 401],
    ['FORBIDDEN', -32_003, 403],
    ['BUDGET_EXCEEDED', -32_029, 429],
    ['RATE_LIMITED', -32_029, 429],
    ['MODEL_NOT_LOADED', -32_050, 500],
    ['MODEL_CRASHED', -32_050, 500],
    ['PATH_REFUSED', -32_013, 403],
    ['SIZE_REFUSED', -32_013, 403],
    ['BAD_USER_INPUT', -32_602, 400],
    ['INTERNAL_SERVER_ERROR', -32_603, 500],
  ] as const)('%s is %i, and HTTP %i on the door of the method', (code, rpc, status) => {
    expect(failureFrom(new StudioError(code, 'So it is.'))).toMatchObject({ code, rpc, status, sentence: 'So it is.' });
  });

  test('says after how many seconds to come again', () => {
    const error = new StudioError('RATE_LIMITED', undefined, { retryAfterSeconds: 7 });
    expect(failureFrom(error)).toMatchObject({ retryAfterSeconds: 7 });
  });

  test.each([
    ['of no code', {}],
    ['of an unknown code', { code: 'DATABASE_ON_FIRE' }],
    ['of the name of a property', { code: 'constructor' }],
    ['that blames our own document', { code: 'GRAPHQL_VALIDATION_FAILED' }],
  ])('%s is an internal one, and its words are not shown', (_, extensions) => {
    expect(failureFrom(new GraphQLError('secret words', { extensions }))).toEqual(failure('INTERNAL_SERVER_ERROR'));
  });
});

test('a response names the code, the request and the mend', () => {
  expect(errorResponse('a', { ...failure('RATE_LIMITED'), retryAfterSeconds: 3 }, 'r-1')).toEqual({
    jsonrpc: '2.0',
    id: 'a',
    error: {
      code: -32_029,
      message: 'Too many requests.',
      data: {
        code: 'RATE_LIMITED',
        request_id: 'r-1',
        mend: 'Wait as long as Retry-After says.',
        retry_after_seconds: 3,
      },
    },
  });
});

test("JSON-RPC's own failures have its own numbers", () => {
  expect(NO_JSON).toMatchObject({ rpc: -32_700, status: 400, code: 'BAD_REQUEST' });
  expect(UNKNOWN_METHOD).toMatchObject({ rpc: -32_601, status: 404, code: 'NOT_FOUND' });
});
