import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DirectiveNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { both, conditionOf, type Condition } from '../conditions.ts';
import { responseName } from '../selections.ts';
import { compilePart, compileShape, type PartShape, type Shape } from '../shape.ts';
import { deferOf, labelOf } from './directive.ts';

/** A fragment that is answered later. */
export interface Part {
  /** The client's. */
  readonly label: string | undefined;
  /** Response names from the root to the object that it completes; lists add nothing to it. */
  readonly path: readonly string[];
  /** Whether the fragments around let it stand. */
  readonly condition: Condition;
  /** The parts that it stands in, the innermost first. */
  readonly within: readonly number[];
  readonly shape: PartShape;
}

/** An operation that is answered in parts. */
export interface Division {
  /** Each `@defer` labelled with the index of its part, so that the plan tells them apart. */
  readonly operation: OperationDefinitionNode;
  /** What is answered at once. */
  readonly primary: Shape;
  readonly parts: readonly Part[];
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

const withLabel = (defer: DirectiveNode, label: string): DirectiveNode => ({
  ...defer,
  arguments: [
    ...(defer.arguments ?? []).filter((given) => given.name.value !== 'label'),
    { kind: Kind.ARGUMENT, name: name('label'), value: { kind: Kind.STRING, value: label } },
  ],
});

const others = ({ directives }: SelectionNode): readonly DirectiveNode[] =>
  (directives ?? []).filter((given) => given.name.value !== 'defer');

const withSelections = <T extends SelectionNode>(selection: T, selections: readonly SelectionNode[]): T => ({
  ...selection,
  selectionSet: { kind: Kind.SELECTION_SET, selections },
});

/** A fragment for objects of which all these types hold. */
const inside = (types: readonly NamedTypeNode[], fragment: InlineFragmentNode): InlineFragmentNode =>
  types.reduceRight<InlineFragmentNode>(
    (inner, typeCondition) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
    }),
    fragment,
  );

interface Place {
  /** Of the object, as its field has it. */
  readonly object: GraphQLCompositeType;
  /** What the fragments around have narrowed it to, and by which conditions. */
  readonly type: GraphQLCompositeType;
  readonly types: readonly NamedTypeNode[];
  readonly path: readonly string[];
  readonly within: readonly number[];
  /** Of the fragments around, from the object that they stand in. */
  readonly condition: Condition;
}

/** Takes an expanded operation apart along its `@defer`s. */
export const divide = (schema: GraphQLSchema, operation: OperationDefinitionNode): Division => {
  const parts: (Omit<Part, 'shape'> & { type: GraphQLCompositeType; fragment: InlineFragmentNode })[] = [];

  /** The same selections twice: for the plan, and for what is answered together with what is around them. */
  const walk = (
    selections: readonly SelectionNode[],
    place: Place,
  ): { readonly planned: SelectionNode[]; readonly together: SelectionNode[] } => {
    const planned: SelectionNode[] = [];
    const together: SelectionNode[] = [];
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.FIELD) {
        const below =
          selection.selectionSet && placeBelow(schema, place, selection.name.value, responseName(selection));
        if (!below || !selection.selectionSet) {
          planned.push(selection);
          together.push(selection);
          continue;
        }
        const inner = walk(selection.selectionSet.selections, below);
        planned.push(withSelections(selection, inner.planned));
        together.push(withSelections(selection, inner.together));
        continue;
      }
      const named = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
      const type = isCompositeType(named) ? named : place.type;
      const types = selection.typeCondition ? [...place.types, selection.typeCondition] : place.types;
      const condition = both(place.condition, conditionOf(selection));
      const defer = deferOf(selection);
      if (!defer) {
        const plain = { ...selection, directives: others(selection) };
        const inner = walk(selection.selectionSet.selections, { ...place, type, types, condition });
        planned.push(withSelections(plain, inner.planned));
        together.push(withSelections(plain, inner.together));
        continue;
      }
      const index = parts.length;
      const part = { label: labelOf(defer), path: place.path, within: place.within, type: place.object, condition };
      parts.push({ ...part, fragment: selection });
      const inner = walk(selection.selectionSet.selections, {
        ...place,
        type,
        types,
        within: [index, ...place.within],
        condition,
      });
      planned.push({
        ...withSelections(selection, inner.planned),
        directives: [...others(selection), withLabel(defer, String(index))],
      });
      const fragment = withSelections({ ...selection, directives: others(selection) }, inner.together);
      parts[index] = { ...part, fragment: inside(place.types, fragment) };
    }
    return { planned, together };
  };

  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`the schema has no ${operation.operation}`);
  const whole = walk(operation.selectionSet.selections, {
    object: root,
    type: root,
    types: [],
    path: [],
    within: [],
    condition: true,
  });
  return {
    operation: { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: whole.planned } },
    primary: compileShape(schema, {
      ...operation,
      selectionSet: { kind: Kind.SELECTION_SET, selections: whole.together },
    }),
    parts: parts.map(({ type, fragment, ...part }) => ({ ...part, shape: compilePart(schema, type, fragment) })),
  };
};

const placeBelow = (schema: GraphQLSchema, place: Place, field: string, response: string): Place | undefined => {
  const { type } = place;
  const found = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
  const below = found && getNamedType(found.type);
  // Introspection is answered at once.
  return isCompositeType(below)
    ? { object: below, type: below, types: [], path: [...place.path, response], within: place.within, condition: true }
    : undefined;
};
