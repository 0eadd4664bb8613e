import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { entitiesAt, placeOf, representationOf } from './entities.ts';

const schema = buildSchema('type Query { u: User } type User { id: ID! name: String } type Model { name: String }');

describe('objects at a path of the plan', () => {
  const [one, two, three] = [{ id: '1' }, { id: '2' }, { id: '3' }];
  const data = { projects: [{ owner: one, grid: [[two, null], null] }, null, { owner: null, grid: [[three]] }] };

  test('are found through lists, lists of lists and nulls', () => {
    expect(entitiesAt(data, ['projects', '@', 'owner'])).toEqual([one]);
    expect(entitiesAt(data, ['projects', '@', 'grid', '@', '@'])).toEqual([two, three]);
    expect(entitiesAt(data, ['nothing', 'here'])).toEqual([]);
    expect(entitiesAt({}, ['toString'])).toEqual([]);
  });

  test('have their place in the answer', () => {
    expect(placeOf(data, ['projects', '@', 'owner'], one)).toEqual(['projects', 0, 'owner']);
    expect(placeOf(data, ['projects', '@', 'grid', '@', '@'], three)).toEqual(['projects', 2, 'grid', 0, 0]);
    expect(placeOf(data, ['projects', '@', 'owner'], two)).toBeUndefined();
  });
});

describe('what another subgraph has to know of an object', () => {
  const field = (name: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
    kind: 'Field',
    name,
    ...(selections.length > 0 ? { selections } : {}),
  });

  test('is its key, for the type that it has', () => {
    const on: QueryPlanSelectionNode = {
      kind: 'InlineFragment',
      typeCondition: 'User',
      selections: [field('__typename'), field('id')],
    };
    expect(representationOf(schema, { __typename: 'User', id: '1', name: 'x' }, [on])).toEqual({
      __typename: 'User',
      id: '1',
    });
    expect(representationOf(schema, { __typename: 'Model', name: 'x' }, [on])).toEqual({});
  });

  test('holds what is required below it, in lists too', () => {
    const source = { weights: [{ layer: 1, value: 2 }, null], limits: null };
    expect(representationOf(schema, source, [field('weights', field('layer')), field('limits', field('low'))])).toEqual(
      { weights: [{ layer: 1 }, null], limits: null },
    );
  });

  test('is nothing when a part of it is missing', () => {
    expect(representationOf(schema, { id: '1' }, [field('id'), field('name')])).toBeNull();
  });
});
