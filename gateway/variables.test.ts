import { buildSchema, Kind, parse, type VariableDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { coerceVariables } from './variables.ts';

const schema = buildSchema(`
  input Inner { id: ID! note: String = "none" }
  input Outer { count: Int! inner: [Inner!] kind: Kind password: String }
  enum Kind { A B }
  type Query { a(input: Outer): Int }
`);

const definitions = (text: string): readonly VariableDefinitionNode[] => {
  const [operation] = parse(`query (${text}) { a }`).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
};
const coerce = (text: string, given: Record<string, unknown>) => coerceVariables(schema, definitions(text), given);
const wrong = (text: string, given: Record<string, unknown>) => {
  const coercion = coerce(text, given);
  return coercion.outcome === 'wrong' ? coercion.errors.map(({ message }) => message) : [];
};

test('variables take their types and defaults; what is left out stays out', () => {
  expect(
    coerce('$a: Int = 5, $b: String, $c: [Inner!], $d: Int, $e: Kind', { b: null, c: { id: 7 }, e: 'A', more: 1 }),
  ).toEqual({ outcome: 'coerced', variables: { a: 5, b: null, c: [{ id: '7', note: 'none' }], e: 'A' } });
});

test('a wrong one is named by its place and what is expected, never by its value', () => {
  expect(
    wrong('$i: Outer!, $k: Kind', {
      i: { count: 'secret', inner: [{ id: '1' }, {}], kind: 'A', password: ['secret'] },
      k: 'secret',
    }),
  ).toEqual([
    'Variable "$i.count" is wrong: Int cannot represent non-integer value.',
    'Variable "$i.inner[1]" is wrong: Field "id" of required type "ID!" was not provided.',
    'Variable "$i.password" is wrong: String cannot represent a non string value.',
    'Variable "$k" is wrong: It is no value of the enum "Kind".',
  ]);
  expect(wrong('$i: Outer!, $j: Int!', { j: null })).toEqual([
    'Variable "$i" of required type "Outer!" was not provided.',
    'Variable "$j" of required type "Int!" must not be null.',
  ]);
});

test('however much is wrong, the errors are few and short', () => {
  const long = 'x'.repeat(100_000);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${long}${index}`, long]));
  const messages = wrong('$i: Outer!, $k: Kind', { i: { count: 1, ...many }, k: long });
  expect(messages).toHaveLength(10);
  expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(600);
});

test('names of Object.prototype are no variables', () => {
  expect(coerce('$toString: Int', {})).toEqual({ outcome: 'coerced', variables: {} });
});
