import type { FetchDataRewrite } from '@apollo/query-planner';
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { isObject, type JsonObject } from './json.ts';

const ON = '... on ';

const own = (value: JsonObject, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);

/**
 * Whether an object is of a type or of one of its subtypes.
 * @param unknown the answer for an object that does not say its type
 */
export const isOfType = (schema: GraphQLSchema, value: JsonObject, condition: string, unknown = false): boolean => {
  const name = value['__typename'];
  if (typeof name !== 'string') return unknown;
  if (name === condition) return true;
  const type = schema.getType(name);
  const wanted = schema.getType(condition);
  if (!isAbstractType(wanted)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type);
};

/** Applies `change` to every object at the end of a path whose parts are field names and `... on Type`. */
const atPath = (
  schema: GraphQLSchema,
  path: readonly string[],
  value: unknown,
  change: (object: JsonObject) => void,
): void => {
  if (Array.isArray(value)) {
    for (const item of value) atPath(schema, path, item, change);
    return;
  }
  if (!isObject(value)) return;
  const [first, ...rest] = path;
  if (first === undefined) change(value);
  else if (!first.startsWith(ON)) atPath(schema, rest, own(value, first), change);
  else if (isOfType(schema, value, first.slice(ON.length), true)) atPath(schema, rest, value, change);
};

const changeOf = (rewrite: FetchDataRewrite, field: string): ((object: JsonObject) => void) => {
  switch (rewrite.kind) {
    case 'ValueSetter':
      return (object) => {
        object[field] = rewrite.setValueTo;
      };
    case 'KeyRenamer':
      return (object) => {
        const value = own(object, field);
        if (value === undefined || value === null) return;
        object[rewrite.renameKeyTo] = value;
        delete object[field];
      };
  }
};

/**
 * Changes what a subgraph is sent or has answered as the plan asks: the planner renames a field that two branches
 * would give different types, and tells a subgraph that knows only the interface the interface's name.
 */
export const applyRewrites = (
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
  value: unknown,
): void => {
  for (const rewrite of rewrites ?? []) {
    const last = rewrite.path.at(-1);
    if (last === undefined || last.startsWith(ON)) continue;
    atPath(schema, rewrite.path.slice(0, -1), value, changeOf(rewrite, last));
  }
};
