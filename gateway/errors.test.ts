import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { StudioError } from '#mesh/errors.ts';
import { expected, fromSubgraph, httpMeaning, sealError } from './errors.ts';

const log = createLog('test', 'silent');

describe('an error of a subgraph', () => {
  test('keeps sentence, code and what a client may use', () => {
    const raw = {
      message: 'There is no such model.',
      extensions: { code: 'MODEL_NOT_LOADED', argument: 'model', serviceName: 'models', stacktrace: ['x'] },
    };
    const error = sealError(fromSubgraph(raw, ['chat', 0], 'models', log), 'id');
    expect(error.toJSON()).toEqual({
      message: 'There is no such model.',
      path: ['chat', 0],
      extensions: { code: 'MODEL_NOT_LOADED', argument: 'model', mend: expect.any(String), requestId: 'id' },
    });
  });

  test('keeps the lock that is in the way, and nothing else of that name', () => {
    const lock = { path: 'a', holder: { kind: 'AGENT', id: 'run-1' }, expiresAt: '2026-11-23T00:00:00.000Z' };
    const shown = (given: unknown) =>
      fromSubgraph({ message: 'no', extensions: { code: 'FILE_LOCKED', lock: given } }, undefined, 'sandbox', log)
        .extensions;
    expect(shown({ ...lock, secret: 1 })['lock']).toEqual(lock);
    expect(shown('a')).not.toHaveProperty('lock');
  });

  test('keeps the paths that are in the way, and nothing else of that name', () => {
    const shown = (paths: unknown) =>
      fromSubgraph({ message: 'no', extensions: { code: 'VERSION_CONFLICT', paths } }, undefined, 'sandbox', log)
        .extensions;
    expect(shown(['a', 'b/c'])['paths']).toEqual(['a', 'b/c']);
    expect(shown('a')).not.toHaveProperty('paths');
    expect(shown([{ secret: 1 }])).not.toHaveProperty('paths');
  });

  test('keeps the quota that is in the way, and nothing else of that name', () => {
    const quota = { whose: 'key', model: null, unit: 'tokens', period: 'minute' };
    const shown = (given: unknown) =>
      fromSubgraph({ message: 'no', extensions: { code: 'RATE_LIMITED', quota: given } }, undefined, 'models', log)
        .extensions;
    expect(shown({ ...quota, limit: 5 })['quota']).toEqual(quota);
    expect(shown('select 1')).not.toHaveProperty('quota');
  });

  test.each([
    [{ message: 'select * from users', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    [{ message: 'Cannot query field "x"', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    [{ message: 'password=1', extensions: { code: 'ECONNREFUSED' } }],
    [{ message: 'no extensions at all' }],
    ['a text'],
    [null],
  ])('that nobody expected is one sentence: %j', (raw) => {
    const error = fromSubgraph(raw, undefined, 'users', log);
    expect(error.message).toBe('Something went wrong inside the studio.');
    expect(error.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  });
});

test('what is thrown unexpectedly shows nothing of itself', () => {
  expect(expected(new TypeError('x is not a function'), log).message).toBe('Something went wrong inside the studio.');
  expect(expected(new GraphQLError('without a code'), log).message).toBe('Something went wrong inside the studio.');
  expect(expected(new StudioError('NOT_FOUND'), log)).toMatchObject({ code: 'NOT_FOUND' });
});

describe('as HTTP', () => {
  const failed = (code: Parameters<typeof errorOf>[0]) => ({ errors: [errorOf(code)] });
  const errorOf = (code: ConstructorParameters<typeof StudioError>[0]) => new StudioError(code);

  test('data is 200 whatever else went wrong', () => {
    expect(httpMeaning({ ...failed('FORBIDDEN'), data: { a: null } }).status).toBe(200);
  });

  test('the first error decides when there is no data', () => {
    expect(httpMeaning(failed('FORBIDDEN')).status).toBe(403);
    expect(httpMeaning({ ...failed('MODEL_CRASHED'), data: null }).status).toBe(500);
    expect(httpMeaning(failed('UNAUTHENTICATED'))).toEqual({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  });

  test('429 says when to come back', () => {
    const errors = [new StudioError('RATE_LIMITED', undefined, { retryAfterSeconds: 1.2 })];
    expect(httpMeaning({ errors })).toEqual({ status: 429, headers: { 'retry-after': '2' } });
    expect(httpMeaning(failed('BUDGET_EXCEEDED'))).toEqual({ status: 429, headers: { 'retry-after': '86400' } });
  });

  test('application/json alone gets 200 for a fault of the document, and the status for all else', () => {
    expect(httpMeaning(failed('GRAPHQL_VALIDATION_FAILED'), true).status).toBe(200);
    expect(httpMeaning(failed('GRAPHQL_VALIDATION_FAILED')).status).toBe(400);
    expect(httpMeaning(failed('DOCUMENT_TOO_LARGE'), true).status).toBe(400);
    expect(httpMeaning({ ...failed('BAD_USER_INPUT'), data: null }, true).status).toBe(400);
  });
});
