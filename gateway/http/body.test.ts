import { expect, test } from 'vitest';
import { flawOfBody } from './body.ts';

test.each([
  [{ 'content-type': 'application/json' }],
  [{ 'content-type': 'Application/JSON ; charset=utf-8', 'content-encoding': 'identity' }],
])('a body with %j is read', (headers) => {
  expect(flawOfBody(headers)).toBeUndefined();
});

test.each([
  [{}],
  [{ 'content-type': 'text/plain' }],
  [{ 'content-type': 'application/jsonx' }],
  [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  [{ 'content-type': 'application/json', 'content-encoding': 'identity, br' }],
])('a body with %j is not', (headers) => {
  expect(flawOfBody(headers)).toMatch(/^Send /);
});
