import {
  isAbstractType,
  isCompositeType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { both, conditionOf, either, type Condition, type Variables } from './conditions.ts';
import type { Path } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { responseName } from './selections.ts';

/** Stands for a null that its non-null type does not allow, on its way up to the next nullable place. */
const BUBBLE = Symbol('bubble');

/** A value that its type does not allow, and where it is. */
export interface Problem {
  readonly message: string;
  readonly path: Path;
}

interface Completion {
  readonly variables: Variables;
  readonly problems: Problem[];
  /** Where the completion is at the moment; pushed and popped, copied only for a problem. */
  readonly path: (string | number)[];
}

/** Gives a value its final form: only what was asked for, in the order that it was asked for, nulls where they may be. */
type Complete = (value: unknown, completion: Completion) => unknown;

/** Selections of one object, which may stand in several places of the document, each under a condition. */
interface Group {
  readonly condition: Condition;
  readonly selections: readonly SelectionNode[];
}

/** Turns the joined data of the subgraphs into the answer of one operation. */
export type Shape = (
  data: JsonObject,
  variables: Variables,
) => {
  readonly data: JsonObject | null;
  readonly problems: readonly Problem[];
};

const problem = (message: string, completion: Completion): null => {
  completion.problems.push({ message, path: [...completion.path] });
  return null;
};

const LEAVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  // 32 bits, as the specification has it.
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  // JSON.parse makes Infinity of 1e999, and JSON.stringify null of that.
  Float: Number.isFinite,
  Boolean: (value) => typeof value === 'boolean',
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || Number.isInteger(value),
};

const isLeafValue = (type: GraphQLLeafType): ((value: unknown) => boolean) => {
  if (isEnumType(type)) return (value) => typeof value === 'string' && type.getValue(value) !== undefined;
  return LEAVES[type.name] ?? ((value) => isShallow(value));
};

/** A scalar of our own may be any JSON, but not so deep that writing it would overflow the stack. */
const MAX_SCALAR_DEPTH = 64;

const isShallow = (value: unknown, room = MAX_SCALAR_DEPTH): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (room > 0 && Object.values(value).every((part) => isShallow(part, room - 1)));

interface Collected {
  readonly first: FieldNode;
  condition: Condition;
  readonly groups: Group[];
}

interface FieldShape {
  readonly name: string;
  readonly condition: Condition;
  readonly complete: Complete;
  readonly read: (object: JsonObject) => unknown;
}

/** Reads by plain access unless every object has the name (`toString` …). */
const readerOf = (name: string): FieldShape['read'] =>
  name in Object.prototype
    ? (object) => (Object.hasOwn(object, name) ? object[name] : undefined)
    : (object) => object[name];

/** Compiles types and selections into closures, once per document, so that an answer costs no look-up in the schema. */
class Compiler {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** @param named whether the value says its type, which the roots do not */
  object(type: GraphQLObjectType, groups: readonly Group[], named: boolean): Complete {
    const fields = [...this.#collect(type, groups)].map(([name, entry]) => this.#field(type, name, entry));
    return (value, completion) => {
      if (!isObject(value)) return problem(`Expected an object of ${type.name}.`, completion);
      const given = value['__typename'];
      if (named && given !== undefined && given !== type.name) {
        return problem(`Expected an object of ${type.name}.`, completion);
      }
      const out: JsonObject = {};
      for (const { name, condition, complete, read } of fields) {
        if (condition !== true && (condition === false || !condition(completion.variables))) continue;
        completion.path.push(name);
        const completed = complete(read(value), completion);
        completion.path.pop();
        if (completed === BUBBLE) return BUBBLE;
        out[name] = completed;
      }
      return out;
    };
  }

  /** An object of any type that a fragment may stand in. */
  composite(type: GraphQLCompositeType, groups: readonly Group[]): Complete {
    return isObjectType(type) ? this.object(type, groups, true) : this.#abstract(type, groups);
  }

  #field(type: GraphQLObjectType, name: string, { first, condition, groups }: Collected): FieldShape {
    const read = readerOf(name);
    const field = first.name.value;
    if (field === '__typename') return { name, condition, read, complete: () => type.name };
    // Introspection was answered from the schema itself and is complete.
    if (field.startsWith('__')) return { name, condition, read, complete: (value) => value ?? null };
    const definition = type.getFields()[field];
    if (!definition) throw new Error(`${type.name}.${field} passed validation but is not in the schema`);
    return { name, condition, read, complete: this.#value(definition.type, groups, `${type.name}.${field}`) };
  }

  #collect(type: GraphQLObjectType, groups: readonly Group[]): ReadonlyMap<string, Collected> {
    const collected = new Map<string, Collected>();
    const walk = (selections: readonly SelectionNode[], outer: Condition): void => {
      for (const selection of selections) {
        const condition = both(outer, conditionOf(selection));
        if (condition === false || selection.kind === Kind.FRAGMENT_SPREAD) continue;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const on = selection.typeCondition?.name.value;
          if (this.#applies(on, type)) walk(selection.selectionSet.selections, condition);
          continue;
        }
        const name = responseName(selection);
        const entry: Collected = collected.get(name) ?? { first: selection, condition: false, groups: [] };
        collected.set(name, entry);
        entry.condition = either(entry.condition, condition);
        if (selection.selectionSet) entry.groups.push({ condition, selections: selection.selectionSet.selections });
      }
    };
    for (const { selections, condition } of groups) walk(selections, condition);
    return collected;
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.#schema.getType(condition);
    return isAbstractType(wanted) && this.#schema.isSubType(wanted, type);
  }

  #value(type: GraphQLOutputType, groups: readonly Group[], coordinate: string): Complete {
    if (!isNonNullType(type)) {
      const complete = this.#nullable(type, groups, coordinate);
      return (value, completion) => {
        if (value === null || value === undefined) return null;
        const completed = complete(value, completion);
        return completed === BUBBLE ? null : completed;
      };
    }
    const complete = this.#nullable(type.ofType, groups, coordinate);
    return (value, completion) => {
      const before = completion.problems.length;
      const completed = value === null || value === undefined ? null : complete(value, completion);
      if (completed !== null && completed !== BUBBLE) return completed;
      if (completion.problems.length === before) {
        problem(`Cannot return null for non-nullable field ${coordinate}.`, completion);
      }
      return BUBBLE;
    };
  }

  #nullable(type: GraphQLOutputType, groups: readonly Group[], coordinate: string): Complete {
    if (isListType(type)) return list(this.#value(type.ofType, groups, coordinate), coordinate);
    if (isCompositeType(type)) return this.composite(type, groups);
    // Non-null was taken off by the caller; what is left is a leaf.
    if (!isLeafType(type)) throw new Error(`${coordinate} has a type without a shape`);
    const allowed = isLeafValue(type);
    return (value, completion) =>
      allowed(value) ? value : problem(`Invalid value found for field ${coordinate}.`, completion);
  }

  #abstract(type: GraphQLAbstractType, groups: readonly Group[]): Complete {
    const byName = new Map<string, Complete>();
    return (value, completion) => {
      const name = isObject(value) ? value['__typename'] : undefined;
      if (typeof name !== 'string') return problem(`Expected an object of ${type.name}.`, completion);
      const known = byName.get(name);
      if (known) return known(value, completion);
      const found = this.#schema.getType(name);
      if (!isObjectType(found) || !this.#schema.isSubType(type, found)) {
        return problem(`Expected an object of ${type.name}.`, completion);
      }
      const complete = this.object(found, groups, true);
      byName.set(name, complete);
      return complete(value, completion);
    };
  }
}

const list =
  (item: Complete, coordinate: string): Complete =>
  (value, completion) => {
    if (!Array.isArray(value)) return problem(`Expected a list for field ${coordinate}.`, completion);
    const out: unknown[] = [];
    let bubbles = false;
    for (const [index, given] of value.entries()) {
      completion.path.push(index);
      const completed = item(given, completion);
      completion.path.pop();
      bubbles ||= completed === BUBBLE;
      out.push(completed);
    }
    return bubbles ? null : out;
  };

/** Compiles the shape of an expanded operation. */
export const compileShape = (schema: GraphQLSchema, operation: OperationDefinitionNode): Shape => {
  const type = schema.getRootType(operation.operation);
  if (!type) throw new Error(`the schema has no ${operation.operation}`);
  const groups = [{ condition: true, selections: operation.selectionSet.selections }];
  const complete = new Compiler(schema).object(type, groups, false);
  return (data, variables) => {
    const completion: Completion = { variables, problems: [], path: [] };
    const completed = complete(data, completion);
    return { data: isObject(completed) ? completed : null, problems: completion.problems };
  };
};

/** Turns one object of the joined data into the part of it that one fragment asks for. */
export type PartShape = (
  object: JsonObject,
  variables: Variables,
  path: Path,
) => {
  /** Null when the fragment has no place for a null; empty when it is about another type. */
  readonly data: JsonObject | null;
  readonly problems: readonly Problem[];
};

/**
 * Compiles the shape of a fragment that is answered by itself.
 * @param type of the object that it stands in
 */
export const compilePart = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  fragment: InlineFragmentNode,
): PartShape => {
  const complete = new Compiler(schema).composite(type, [{ condition: true, selections: [fragment] }]);
  return (object, variables, path) => {
    const completion: Completion = { variables, problems: [], path: [...path] };
    const completed = complete(object, completion);
    return { data: isObject(completed) ? completed : null, problems: completion.problems };
  };
};
