import {
  getNamedType,
  GraphQLList,
  isAbstractType,
  isObjectType,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  isWrappingType,
  Kind,
  parse,
  valueFromAST,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { z } from 'zod';
import { conditionOf, type Condition, type Variables } from './conditions.ts';

/** Of a list that no `@listSize` says anything of. */
const ASSUMED_SIZE = 10;
/** Of an object; a scalar or an enum costs nothing by itself. */
const WEIGHT_OF_OBJECT = 1;
/** Of any mutation, beside what it answers with. */
const WEIGHT_OF_MUTATION = 10;

/** `@listSize` of a field. */
interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how many there will be; the largest counts. */
  readonly slicingArguments: readonly string[];
  /** The lists of the returned object that the size is about; of the field itself when there are none. */
  readonly sizedFields: readonly string[];
}

/** What the supergraph says of cost: `@cost` by `Type`, `Type.field` or `Type.field(argument:)`, `@listSize` by `Type.field`. */
export interface Weights {
  readonly costs: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, ListSize>;
}

/** A number, or what it is once the variables are known. */
type Amount = number | ((variables: Variables) => number);

const Cost = z.object({ weight: z.number() });
const Size = z
  .object({
    assumedSize: z.number().optional(),
    slicingArguments: z.array(z.string()).default([]),
    sizedFields: z.array(z.string()).default([]),
  })
  .transform(({ assumedSize, ...rest }): ListSize => ({ assumedSize, ...rest }));

const argumentsOf = (directives: readonly ConstDirectiveNode[] | undefined, name: string): unknown => {
  const directive = directives?.find((candidate) => candidate.name.value === name);
  return (
    directive &&
    Object.fromEntries((directive.arguments ?? []).map((given) => [given.name.value, valueFromASTUntyped(given.value)]))
  );
};

/** The annotations of the cost specification (`@cost`, `@listSize`) in a supergraph. */
export const weightsOf = (supergraphSdl: string): Weights => {
  const costs = new Map<string, number>();
  const sizes = new Map<string, ListSize>();
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const cost = argumentsOf(directives, 'cost');
    if (cost !== undefined) costs.set(coordinate, Cost.parse(cost).weight);
    const size = argumentsOf(directives, 'listSize');
    if (size !== undefined) sizes.set(coordinate, Size.parse(size));
  };
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    const type = definition.name.value;
    read(type, definition.directives);
    for (const field of 'fields' in definition ? (definition.fields ?? []) : []) {
      const coordinate = `${type}.${field.name.value}`;
      read(coordinate, field.directives);
      for (const argument of 'arguments' in field ? (field.arguments ?? []) : []) {
        read(`${coordinate}(${argument.name.value}:)`, argument.directives);
      }
    }
  }
  return { costs, sizes };
};

const at = (amount: Amount, variables: Variables): number => (typeof amount === 'number' ? amount : amount(variables));

const combined =
  (combine: (...values: number[]) => number) =>
  (amounts: readonly Amount[]): Amount => {
    const constants = amounts.filter((amount) => typeof amount === 'number');
    if (constants.length === amounts.length) return combine(...constants);
    return (variables) => combine(...amounts.map((amount) => at(amount, variables)));
  };

const sum = combined((...values) => values.reduce((total, value) => total + value, 0));
const product = combined((...values) => values.reduce((total, value) => total * value, 1));
const most = combined((...values) => Math.max(0, ...values));

const where = (condition: Condition, amount: Amount): Amount => {
  if (typeof condition === 'boolean') return condition ? amount : 0;
  return (variables) => (condition(variables) ? at(amount, variables) : 0);
};

/** The same, computed once for the variables of one request however often it is asked for. */
const remembered = (amount: Amount): Amount => {
  if (typeof amount === 'number') return amount;
  const known = new WeakMap<Variables, number>();
  return (variables) => {
    const value = known.get(variables) ?? amount(variables);
    known.set(variables, value);
    return value;
  };
};

const isList = (type: GraphQLOutputType): boolean =>
  type instanceof GraphQLList || (isWrappingType(type) && isList(type.ofType));

/** How many items the `@listSize` of a field announces. */
const announced = (size: ListSize, definition: GraphQLField<unknown, unknown>, node: FieldNode): Amount => {
  const slicing = definition.args.filter(({ name }) => size.slicingArguments.includes(name));
  const assumed = size.assumedSize ?? ASSUMED_SIZE;
  if (slicing.length === 0) return assumed;
  return (variables) => {
    const given = slicing.flatMap(({ name, type, defaultValue }) => {
      const argument = node.arguments?.find((candidate) => candidate.name.value === name);
      const value: unknown = (argument && valueFromAST(argument.value, type, variables)) ?? defaultValue;
      return typeof value === 'number' ? [value] : [];
    });
    return given.length === 0 ? assumed : Math.max(0, ...given);
  };
};

/** How long the lists of an object are, as the field that it comes from says. */
interface Sized {
  readonly fields: readonly string[];
  readonly size: Amount;
}

/**
 * What an operation costs, by the specification of `@cost` and `@listSize`: the weight of each field, times the length of
 * the lists above it. Of a type that only the answer will tell, the dearest counts.
 * @param operation every fragment written out
 * @returns the price, to be asked with the variables and their defaults
 */
export const compilePrice = (
  schema: GraphQLSchema,
  { costs, sizes }: Weights,
  operation: OperationDefinitionNode,
): ((variables: Variables) => number) => {
  const known = new Map<SelectionSetNode, Map<string, Amount>>();
  const mutation = schema.getMutationType();

  const priceOfField = (parent: GraphQLObjectType, node: FieldNode, inherited: Amount | undefined): Amount => {
    const definition = parent.getFields()[node.name.value];
    // `__typename`, `__schema` and `__type` are answered from memory.
    if (!definition) return 0;
    const coordinate = `${parent.name}.${node.name.value}`;
    const named = getNamedType(definition.type);
    const listSize = sizes.get(coordinate);
    const size = listSize && announced(listSize, definition, node);
    const sized =
      listSize && size !== undefined && listSize.sizedFields.length > 0
        ? { fields: listSize.sizedFields, size }
        : undefined;
    const items = isList(definition.type) ? ((sized ? undefined : size) ?? inherited ?? ASSUMED_SIZE) : 1;
    const own = costs.get(coordinate);
    const item = node.selectionSet
      ? priceOf(named.name, node.selectionSet, own, sized)
      : (own ?? costs.get(named.name) ?? 0);
    const once = [
      ...(node.arguments ?? []).map(({ name }) => costs.get(`${coordinate}(${name.value}:)`) ?? 0),
      parent === mutation ? WEIGHT_OF_MUTATION : 0,
    ];
    return where(conditionOf(node), sum([...once, product([items, item])]));
  };

  const priceOfType = (parent: GraphQLObjectType, set: SelectionSetNode, sized: Sized | undefined): Amount =>
    sum(
      set.selections.map((selection) => {
        if (selection.kind === Kind.FIELD) {
          const isSized = sized?.fields.includes(selection.name.value) === true;
          return priceOfField(parent, selection, isSized ? sized.size : undefined);
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD) return 0;
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
        const applies = type === parent || (isAbstractType(type) && schema.isSubType(type, parent));
        return applies ? where(conditionOf(selection), priceOfType(parent, selection.selectionSet, sized)) : 0;
      }),
    );

  /** @param own what each object weighs, where that is not for its type to say */
  const priceOf = (name: string, set: SelectionSetNode, own?: number, sized?: Sized): Amount => {
    const key = `${name} ${own}`;
    const done = sized ? undefined : known.get(set)?.get(key);
    if (done !== undefined) return done;
    const type = schema.getType(name);
    const priceOfOne = (possible: GraphQLObjectType): Amount =>
      sum([own ?? costs.get(possible.name) ?? WEIGHT_OF_OBJECT, priceOfType(possible, set, sized)]);
    if (isObjectType(type)) return priceOfOne(type);
    if (!isAbstractType(type)) return 0;
    const price = remembered(most(schema.getPossibleTypes(type).map(priceOfOne)));
    if (!sized) known.set(set, new Map(known.get(set)).set(key, price));
    return price;
  };

  const root = schema.getRootType(operation.operation);
  const price = root ? priceOf(root.name, operation.selectionSet, 0) : 0;
  return (variables) => at(price, variables);
};
