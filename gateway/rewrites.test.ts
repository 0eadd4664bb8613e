import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { applyRewrites, isOfType } from './rewrites.ts';

const schema = buildSchema(`
  type Query { media: Media }
  interface Media { id: ID! }
  type Book implements Media { id: ID! }
  type Film implements Media { id: ID! }
`);

test('an object is of its own type and of the interfaces of that', () => {
  expect(isOfType(schema, { __typename: 'Book' }, 'Book')).toBe(true);
  expect(isOfType(schema, { __typename: 'Book' }, 'Media')).toBe(true);
  expect(isOfType(schema, { __typename: 'Book' }, 'Film')).toBe(false);
  expect(isOfType(schema, {}, 'Book')).toBe(false);
  expect(isOfType(schema, {}, 'Book', true)).toBe(true);
});

test('a value is set, at a type alone where the path says so', () => {
  const value = { items: [{ __typename: 'Book' }, { __typename: 'Film' }] };
  applyRewrites(
    schema,
    [{ kind: 'ValueSetter', path: ['items', '... on Book', '__typename'], setValueTo: 'Media' }],
    value,
  );
  expect(value).toEqual({ items: [{ __typename: 'Media' }, { __typename: 'Film' }] });
});

test('a key is renamed in every object of a list, and a null is left where it is', () => {
  const value = { items: [{ x__alias_1: 1 }, { x__alias_1: null }, null, { other: 2 }] };
  applyRewrites(schema, [{ kind: 'KeyRenamer', path: ['items', 'x__alias_1'], renameKeyTo: 'x' }], value);
  expect(value).toEqual({ items: [{ x: 1 }, { x__alias_1: null }, null, { other: 2 }] });
});

test('nothing is changed without rewrites, or in what is no object', () => {
  const value = { a: 1 };
  applyRewrites(schema, undefined, value);
  applyRewrites(schema, [{ kind: 'KeyRenamer', path: ['a', 'b'], renameKeyTo: 'c' }], value);
  applyRewrites(schema, [{ kind: 'KeyRenamer', path: ['b'], renameKeyTo: 'c' }], null);
  expect(value).toEqual({ a: 1 });
});
