import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Path } from './errors.ts';
import { isObject, merge, type JsonObject } from './json.ts';
import { isOfType } from './rewrites.ts';

/** Stands in a plan's path for every item of a list. */
const EACH = '@';

/** The objects at a plan's path below `value`. */
export const entitiesAt = (value: unknown, path: Path, found: JsonObject[] = []): JsonObject[] => {
  if (Array.isArray(value)) {
    const rest = path[0] === EACH ? path.slice(1) : path;
    for (const item of value) entitiesAt(item, rest, found);
    return found;
  }
  if (!isObject(value)) return found;
  const [first, ...rest] = path;
  if (first === undefined) found.push(value);
  else if (Object.hasOwn(value, first)) entitiesAt(value[first], rest, found);
  return found;
};

/** Where in the answer an object found by `entitiesAt` is. Searched for only when an error needs it. */
export const placeOf = (value: unknown, path: Path, entity: JsonObject): Path | undefined => {
  if (value === entity && path.length === 0) return [];
  if (Array.isArray(value)) {
    const rest = path[0] === EACH ? path.slice(1) : path;
    for (const [index, item] of value.entries()) {
      const inner = placeOf(item, rest, entity);
      if (inner) return [index, ...inner];
    }
    return undefined;
  }
  const [first, ...rest] = path;
  if (!isObject(value) || first === undefined || !Object.hasOwn(value, first)) return undefined;
  const inner = placeOf(value[first], rest, entity);
  return inner && [first, ...inner];
};

const projectValue = (
  schema: GraphQLSchema,
  value: unknown,
  selections: readonly QueryPlanSelectionNode[],
): unknown => {
  if (Array.isArray(value)) return value.map((item) => projectValue(schema, item, selections));
  return isObject(value) ? representationOf(schema, value, selections) : null;
};

/**
 * What another subgraph needs to know of an object to resolve the rest of it.
 * @returns null when a field that it needs is not there
 */
export const representationOf = (
  schema: GraphQLSchema,
  source: JsonObject,
  selections: readonly QueryPlanSelectionNode[],
): JsonObject | null => {
  const out: JsonObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      const value = Object.hasOwn(source, name) ? source[name] : undefined;
      if (value === undefined) return null;
      out[name] = selection.selections ? projectValue(schema, value, selection.selections) : value;
    } else if (selection.typeCondition === undefined || isOfType(schema, source, selection.typeCondition)) {
      merge(out, representationOf(schema, source, selection.selections) ?? {});
    }
  }
  return out;
};
