import { expect, test } from 'vitest';
import { isPreflighted } from './csrf.ts';

test.each([
  [{ 'apollo-require-preflight': 'true' }],
  [{ 'x-apollo-operation-name': 'Models' }],
  [{ 'x-requested-with': 'fetch' }],
  [{ authorization: 'Bearer x' }],
  [{ 'x-api-key': 'cds_x' }],
  [{ 'content-type': 'application/json; charset=utf-8' }],
])('%j is sent to another origin only after a preflight', (headers) => {
  expect(isPreflighted(headers)).toBe(true);
});

test.each([
  [{}],
  [{ accept: 'application/json', origin: 'https://evil.example' }],
  [{ 'apollo-require-preflight': '' }],
  [{ 'content-type': 'text/plain' }],
  [{ 'content-type': 'multipart/form-data; boundary=application/json' }],
  [{ 'content-type': 'application/x-www-form-urlencoded' }],
  [{ 'content-type': 'application/jsonx' }],
])('%j is sent by any page of the web', (headers) => {
  expect(isPreflighted(headers)).toBe(false);
});
