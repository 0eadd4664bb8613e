import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { expandFragments } from './selections.ts';
import { compileShape } from './shape.ts';

const schema = buildSchema(`
  type Query { user: User users: [User!] must: User! named: Named count: Int role: Role any: Any grid: [[Int!]] id: ID }
  interface Named { name: String }
  type User implements Named { id: ID! name: String friend: User must: User! toString: String }
  type Model implements Named { name: String size: Float }
  enum Role { ADMIN }
  scalar Any
`);

const shape = (text: string, data: Record<string, unknown>, variables: Record<string, unknown> = {}) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const shaped = compileShape(schema, expandFragments(document, operation))(data, variables);
  return { data: shaped.data, problems: shaped.problems.map(({ path }) => path) };
};

describe('an answer is given its form', () => {
  test('with only what was asked for, in that order', () => {
    const { data } = shape('{ b: count user { name id } }', {
      extra: 1,
      user: { id: '1', name: 'x', secret: 1 },
      b: 2,
    });
    expect(JSON.stringify(data)).toBe('{"b":2,"user":{"name":"x","id":"1"}}');
  });

  test('with its own type names, whatever the roots say', () => {
    expect(shape('{ t: __typename user { __typename } }', { user: {} }).data).toEqual({
      t: 'Query',
      user: { __typename: 'User' },
    });
  });

  test('by the type of each object where that is open', () => {
    const text = '{ named { __typename ... on Model { size } ...N } } fragment N on Named { name }';
    expect(shape(text, { named: { __typename: 'Model', size: 1.5, name: 'm' } }).data).toEqual({
      named: { __typename: 'Model', size: 1.5, name: 'm' },
    });
    expect(shape(text, { named: { __typename: 'User', name: 'u' } }).data).toEqual({
      named: { __typename: 'User', name: 'u' },
    });
    expect(shape(text, { named: { __typename: 'Query' } })).toEqual({ data: { named: null }, problems: [['named']] });
    expect(shape(text, { named: { name: 'u' } })).toEqual({ data: { named: null }, problems: [['named']] });
  });

  test('with conditions of fields and fragments, each selection under its own', () => {
    const text =
      'query ($v: Boolean!) { user @include(if: $v) { name } user @skip(if: $v) { id } ... @skip(if: $v) { count } }';
    const data = { user: { id: '1', name: 'x' }, count: 3 };
    expect(shape(text, data, { v: true }).data).toEqual({ user: { name: 'x' } });
    expect(shape(text, data, { v: false }).data).toEqual({ user: { id: '1' }, count: 3 });
    expect(shape('{ count @skip(if: true) }', data).data).toEqual({});
  });

  test('with the names that every object has', () => {
    expect(shape('{ user { toString } }', { user: { toString: 'x' } }).data).toEqual({ user: { toString: 'x' } });
    expect(shape('{ constructor: user { toString } }', {}).data).toEqual({ constructor: null });
  });
});

describe('a null that may not be', () => {
  test('takes away the nearest object that may', () => {
    expect(shape('{ user { friend { id } name } }', { user: { friend: { id: null }, name: 'x' } })).toEqual({
      data: { user: { friend: null, name: 'x' } },
      problems: [['user', 'friend', 'id']],
    });
    expect(shape('{ user { must { must { id } } } count }', { user: { must: { must: {} } }, count: 1 })).toEqual({
      data: { user: null, count: 1 },
      problems: [['user', 'must', 'must', 'id']],
    });
  });

  test('in a list takes away the list', () => {
    expect(shape('{ users { id } }', { users: [{ id: '1' }, null] })).toEqual({
      data: { users: null },
      problems: [['users', 1]],
    });
    expect(shape('{ grid }', { grid: [[1], [null], null] })).toEqual({
      data: { grid: [[1], null, null] },
      problems: [['grid', 1, 0]],
    });
  });

  test('at the root takes away everything', () => {
    expect(shape('{ count must { id } }', { count: 1 })).toEqual({ data: null, problems: [['must']] });
  });
});

test.each([
  ['count', 1.5],
  ['count', '1'],
  ['role', 'VIEWER'],
  ['id', 1.5],
  ['users', { id: '1' }],
  ['user', 'text'],
])('a %s of %j breaks its type', (field, value) => {
  const inner = field.startsWith('user') ? ' { id }' : '';
  expect(shape(`{ ${field}${inner} }`, { [field]: value })).toEqual({ data: { [field]: null }, problems: [[field]] });
});

test.each([
  ['count', 0],
  ['role', 'ADMIN'],
  ['id', 7],
  ['any', { x: [1] }],
])('a %s of %j is let through', (field, value) => {
  expect(shape(`{ ${field} }`, { [field]: value })).toEqual({ data: { [field]: value }, problems: [] });
});
