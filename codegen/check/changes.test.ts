import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { compareSchemas } from './changes.ts';

const BEFORE = 'type Query { a: Int b(x: Int): String } enum E { ONE }';

test('nothing has changed when only the order has', () => {
  const after = buildSchema('enum E { ONE } type Query { b(x: Int): String a: Int }');
  expect(compareSchemas(BEFORE, after)).toEqual({ breaking: [], dangerous: [] });
});

test('a field that is gone, a type that is another and an argument that is asked for break clients', () => {
  const after = buildSchema('type Query { b(x: Int!): Int } enum E { ONE }');
  expect(compareSchemas(BEFORE, after).breaking).toEqual([
    'Query.a was removed.',
    'Query.b arg x has changed type from Int to Int!.',
    'Query.b changed type from String to Int.',
  ]);
});

test('a new value of an enum is dangerous and breaks nobody', () => {
  const after = buildSchema('type Query { a: Int b(x: Int): String } enum E { ONE TWO }');
  expect(compareSchemas(BEFORE, after)).toEqual({ breaking: [], dangerous: ['TWO was added to enum type E.'] });
});
