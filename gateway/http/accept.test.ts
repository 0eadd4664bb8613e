import { expect, test } from 'vitest';
import { isAcceptable, isOnlyJson } from './accept.ts';

test.each([
  ['gzip, deflate, br', 'br', true],
  ['br;q=0, gzip', 'br', false],
  ['BR;q=0.5', 'br', true],
  ['gzip', 'br', false],
  ['', 'br', false],
  ['br;q=much', 'br', false],
])('%j takes %s: %s', (header, encoding, expected) => {
  expect(isAcceptable(header, encoding)).toBe(expected);
});

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/graphql-response+json, application/json', false],
  ['application/json, */*', false],
  ['*/*', false],
  ['text/event-stream', false],
  [null, false],
])('%j means application/json alone: %s', (header, expected) => {
  expect(isOnlyJson(header)).toBe(expected);
});
