import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { SUBGRAPHS } from '#mesh/config.ts';
import { openCoordinates, PUBLIC } from './rules.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, `../../schemas/${name}.graphql`), 'utf8');

test('every field of the graph stands behind a rule, but for those that signing in answers', () => {
  const documents = SUBGRAPHS.map((name) => parse(read(name)));
  expect(openCoordinates(documents)).toEqual(Object.keys(PUBLIC).toSorted());
});

test('a field without a rule is found by name, however it is reached', () => {
  const documents = [
    `type Query { guarded: Safe @authenticated left: Shape @requiresScopes(scopes: [["a"]]) forgotten: Int }
     type Mutation { open: Shape hidden: Secret }
     interface Shape { id: ID! }
     type Circle implements Shape { id: ID! radius: Int owner: Owner @policy(policies: [["b"]]) }
     union Any = Circle | Square
     type Square { side: Int any: Any }
     type Safe { below: Int }
     type Owner { name: String }
     type Secret @inaccessible { word: String }`,
    'extend type Circle { twice: Square } type Subscription { told: Int shared: Int }',
    'type Subscription { shared: Int @authenticated }',
  ];
  expect(openCoordinates(documents.map((text) => parse(text)))).toEqual([
    'Circle.id',
    'Circle.radius',
    'Circle.twice',
    'Mutation.hidden',
    'Mutation.open',
    'Query.forgotten',
    'Shape.id',
    'Square.any',
    'Square.side',
    'Subscription.told',
  ]);
});
