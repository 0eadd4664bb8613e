import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { checkUse } from './use.ts';

const schema = buildSchema(`
  type Query { a: A named: Named left: Int }
  interface Named { name: String }
  type A implements Named { name: String size: Int }
  type B implements Named { name: String size: Int }
`);

test('a field is used when any document selects it, through fragments and interfaces too', () => {
  const documents = [
    { name: 'one', text: 'query { a { ...Size } } fragment Size on A { size }' },
    { name: 'two', text: '{ named { name } }' },
  ];
  expect(checkUse(schema, documents)).toEqual({ broken: [], unused: ['B.size', 'Query.left'] });
});

test('a document that does not fit is named with the reason, and uses nothing', () => {
  const { broken, unused } = checkUse(schema, [
    { name: 'old', text: '{ a { weight } }' },
    { name: 'torn', text: '{ a {' },
  ]);
  expect(broken).toEqual([
    { name: 'old', reason: 'Cannot query field "weight" on type "A".' },
    { name: 'torn', reason: 'Syntax Error: Expected Name, found <EOF>.' },
  ]);
  expect(unused).toContain('A.name');
});
