import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { GuardedField, Rule, Rules } from './access/guards.ts';

/** Writes every fragment out in place. The document is valid and within the limits, so this ends and stays small. */
export const expandFragments = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationDefinitionNode => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const expand = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        if (!selection.selectionSet) return [selection];
        const inner = { ...selection.selectionSet, selections: expand(selection.selectionSet.selections) };
        return [{ ...selection, selectionSet: inner }];
      }
      const fragment = fragments.get(selection.name.value);
      if (!fragment) return [];
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          ...(selection.directives ? { directives: selection.directives } : {}),
          selectionSet: { kind: Kind.SELECTION_SET, selections: expand(fragment.selectionSet.selections) },
        },
      ];
    });
  return {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: expand(operation.selectionSet.selections) },
  };
};

export const responseName = (field: FieldNode): string => field.alias?.value ?? field.name.value;

const fieldType = (parent: GraphQLCompositeType, name: string) =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name]?.type : undefined;

const typeOf = (schema: GraphQLSchema, name: string): GraphQLCompositeType | undefined => {
  const type = schema.getType(name);
  return isCompositeType(type) ? type : undefined;
};

/** Every field of an expanded operation that a rule guards, the outermost first. */
export const guardedFields = (
  schema: GraphQLSchema,
  rules: Rules,
  operation: OperationDefinitionNode,
): readonly GuardedField[] => {
  const found: GuardedField[] = [];
  const walk = (parent: GraphQLCompositeType, selections: readonly SelectionNode[], path: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? typeOf(schema, selection.typeCondition.name.value) : parent;
        if (type) walk(type, selection.selectionSet.selections, path);
        continue;
      }
      const type = fieldType(parent, selection.name.value);
      if (!type) continue;
      const named = getNamedType(type);
      const coordinate = `${parent.name}.${selection.name.value}`;
      const own = [rules.get(coordinate), rules.get(named.name)].filter((rule): rule is Rule => rule !== undefined);
      const here = [...path, responseName(selection)];
      if (own.length > 0) found.push({ coordinate, path: here, rules: own });
      if (selection.selectionSet && isCompositeType(named)) walk(named, selection.selectionSet.selections, here);
    }
  };
  const root = schema.getRootType(operation.operation);
  if (root) walk(root, operation.selectionSet.selections, []);
  return found;
};

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** An expanded operation without the fields of these coordinates. A selection that has nothing left asks for its type. */
export const withoutFields = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  coordinates: ReadonlySet<string>,
): OperationDefinitionNode => {
  const prune = (parent: GraphQLCompositeType, selections: readonly SelectionNode[]): SelectionNode[] => {
    const left = selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? typeOf(schema, selection.typeCondition.name.value) : parent;
        if (!type) return [];
        const inner = prune(type, selection.selectionSet.selections);
        return [{ ...selection, selectionSet: { ...selection.selectionSet, selections: inner } }];
      }
      if (coordinates.has(`${parent.name}.${selection.name.value}`)) return [];
      const type = fieldType(parent, selection.name.value);
      const named = type && getNamedType(type);
      if (!selection.selectionSet || !isCompositeType(named)) return [selection];
      const inner = prune(named, selection.selectionSet.selections);
      return [{ ...selection, selectionSet: { ...selection.selectionSet, selections: inner } }];
    });
    return left.length > 0 ? left : [TYPENAME];
  };
  const root = schema.getRootType(operation.operation);
  const selections = root ? prune(root, operation.selectionSet.selections) : [];
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } };
};

/** The `__schema` and `__type` of an expanded operation, which the gateway answers itself; undefined without any. */
export const introspectionOf = (operation: OperationDefinitionNode): OperationDefinitionNode | undefined => {
  const keep = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return /^__(schema|type)$/.test(selection.name.value) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const inner = keep(selection.selectionSet.selections);
      return inner.length === 0
        ? []
        : [{ ...selection, selectionSet: { ...selection.selectionSet, selections: inner } }];
    });
  const selections = keep(operation.selectionSet.selections);
  return selections.length === 0
    ? undefined
    : { ...operation, selectionSet: { ...operation.selectionSet, selections } };
};

/** Whether anything is asked of a subgraph: a root field that is not `__typename`, `__schema` or `__type`. */
export const asksSubgraphs = (operation: OperationDefinitionNode): boolean => {
  const some = (selections: readonly SelectionNode[]): boolean =>
    selections.some((selection) =>
      selection.kind === Kind.FIELD
        ? !selection.name.value.startsWith('__')
        : selection.kind === Kind.INLINE_FRAGMENT && some(selection.selectionSet.selections),
    );
  return some(operation.selectionSet.selections);
};
