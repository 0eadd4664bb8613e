import { buildSchema, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compilePrice, weightsOf } from './cost.ts';
import { expandFragments } from './selections.ts';

const SDL = `
directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

type Query {
  user: User
  users(first: Int = 3, last: Int): [User!]! @listSize(slicingArguments: ["first", "last"])
  friends(first: Int, deep: Boolean @cost(weight: 5)): [User] @listSize(assumedSize: 7, slicingArguments: ["first"])
  page(first: Int!): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"])
  tags: [String!]!
  grid: [[User]]
  report: String @cost(weight: 50)
  things: [Thing] @listSize(assumedSize: 2)
  blob: Blob
}
type Mutation { rename: User  reset: Boolean }
type User { name: String friends: [User] @listSize(assumedSize: 4) }
type Page { total: Int items: [User] others: [User] }
scalar Blob @cost(weight: 9)
type Big @cost(weight: 3) { name: String }
union Thing = User | Big
`;
const schema = buildSchema(SDL);
const weights = weightsOf(SDL);

const priceOf = (text: string, variables: Readonly<Record<string, unknown>> = {}): number => {
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('no operation');
  return compilePrice(schema, weights, expandFragments(document, operation))(variables);
};

describe('an operation costs', () => {
  test.each([
    ['nothing for what the gateway knows itself', '{ __typename __schema { queryType { name } } }', 0],
    ['1 for an object and nothing for its scalars', '{ user { name } }', 1],
    ['nothing for a list of scalars', '{ tags }', 0],
    ['what its field weighs', '{ report }', 50],
    ['what its scalar weighs', '{ blob }', 9],
    ['10 more for each mutation', 'mutation { rename { name } reset }', 21],
    ['the length of its list', '{ users(first: 8) { name } }', 8],
    ['the default length', '{ users { name } }', 3],
    ['the larger of two lengths', '{ users(first: 8, last: 20) { name } }', 20],
    ['nothing for a list that shall be empty or less', '{ users(first: -5) { name } }', 0],
    ['the assumed length', '{ friends { name } }', 7],
    ['the given length in place of the assumed one', '{ friends(first: 2) { name } }', 2],
    ['10 for a list that nobody said anything of', '{ grid { name } }', 10],
    ['what its argument weighs, once', '{ friends(first: 2, deep: true) { name } }', 7],
    [
      'the product of lists inside lists',
      '{ users(first: 8) { friends { friends { name } } } }',
      8 * (1 + 4 * (1 + 4)),
    ],
    ['each alias', '{ a: user { name } b: user { name } }', 2],
    ['the sized field alone', '{ page(first: 30) { total items { name } others { name } } }', 1 + 30 + 10],
    ['the dearest of types', '{ things { ... on User { name } ... on Big { name } } }', 2 * 3],
    [
      'the fields of the dearest type',
      '{ things { ... on User { friends { name } } ... on Big { name } } }',
      2 * (1 + 4),
    ],
    [
      'what its fragments spread',
      '{ ...F user { ...U } } fragment F on Query { report } fragment U on User { friends { name } }',
      50 + 1 + 4,
    ],
    ['nothing for what is skipped', '{ report @skip(if: true) ... @include(if: false) { report } }', 0],
  ])('%s', (_, text, price) => {
    expect(priceOf(text)).toBe(price);
  });

  test('what its variables say', () => {
    const text = 'query ($n: Int, $with: Boolean!) { users(first: $n) { friends @include(if: $with) { name } } }';
    expect(priceOf(text, { n: 100, with: true })).toBe(500);
    expect(priceOf(text, { n: 100, with: false })).toBe(100);
    expect(priceOf(text, { with: false })).toBe(3);
    expect(priceOf(text, { n: null, with: false })).toBe(3);
  });
});

test('a price is found quickly however deep unions lie in each other', () => {
  const deep = buildSchema(
    `type Query { t: T } union T = ${Array.from({ length: 12 }, (_, i) => `A${i}`).join(' | ')} ${Array.from({ length: 12 }, (_, i) => `type A${i} { t(n: Int): T }`).join(' ')}`,
  );
  const level = (depth: number): string =>
    depth === 0 ? '__typename' : Array.from({ length: 12 }, (_, i) => `... on A${i} { t { ...L${depth} } }`).join(' ');
  const fragments = [1, 2, 3].map((depth) => `fragment L${depth} on T { ${level(depth - 1)} }`).join(' ');
  const document = parse(`query ($x: Boolean!) { t @include(if: $x) { ${level(3)} } } ${fragments}`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  const price = compilePrice(deep, { costs: new Map(), sizes: new Map() }, expandFragments(document, operation));
  expect(price({ x: true })).toBe(4);
});
