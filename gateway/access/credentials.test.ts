import { expect, test } from 'vitest';
import { readCredential } from './credentials.ts';

test.each([
  [{}, { kind: 'none' }],
  [{ authorization: 'Bearer abc' }, { kind: 'token', token: 'abc' }],
  [{ authorization: 'bearer  abc ' }, { kind: 'token', token: 'abc' }],
  [{ 'x-api-key': 'abc' }, { kind: 'token', token: 'abc' }],
  [
    { authorization: 'Bearer abc', 'x-api-key': 'def' },
    { kind: 'token', token: 'abc' },
  ],
  [{ authorization: 'Basic abc', 'x-api-key': 'def' }, { kind: 'unreadable' }],
  [{ authorization: 'Bearer' }, { kind: 'unreadable' }],
  [{ authorization: '' }, { kind: 'unreadable' }],
  [{ authorization: 'Bearer a b' }, { kind: 'unreadable' }],
  [{ 'x-api-key': ' ' }, { kind: 'unreadable' }],
  [{ authorization: `Bearer ${'x'.repeat(5_000)}` }, { kind: 'unreadable' }],
])('of %j is read %j', (headers, credential) => {
  expect(readCredential(headers)).toEqual(credential);
});
