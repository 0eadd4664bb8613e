import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type DirectiveNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValidationContext,
} from 'graphql';

/** The `@defer` of a selection, if it has one that may hold. */
export const deferOf = ({ directives }: SelectionNode): DirectiveNode | undefined => {
  const defer = directives?.find(({ name }) => name.value === 'defer');
  const value = argument(defer, 'if');
  return value?.kind === Kind.BOOLEAN && !value.value ? undefined : defer;
};

const argument = (directive: DirectiveNode | undefined, name: string) =>
  directive?.arguments?.find((given) => given.name.value === name)?.value;

/** The variable that a `@defer` depends on. */
export const variableOf = (defer: DirectiveNode): string | undefined => {
  const value = argument(defer, 'if');
  return value?.kind === Kind.VARIABLE ? value.name.value : undefined;
};

export const labelOf = (defer: DirectiveNode): string | undefined => {
  const value = argument(defer, 'label');
  return value?.kind === Kind.STRING ? value.value : undefined;
};

/** What `@defer` may not be, beside what its definition says: of a stream, or with labels that cannot tell parts apart. */
export const deferRule = (context: ValidationContext): ASTVisitor => {
  const labels = new Set<string>();
  const report = (message: string, node: DirectiveNode): void =>
    context.reportError(new GraphQLError(message, { nodes: node }));
  let stream = false;
  return {
    OperationDefinition: ({ operation }) => {
      stream = operation === OperationTypeNode.SUBSCRIPTION;
    },
    Directive: (node) => {
      if (node.name.value !== 'defer') return;
      if (stream) report('A subscription defers nothing: each event is whole.', node);
      const label = argument(node, 'label');
      if (label?.kind === Kind.VARIABLE) report('The label of "@defer" must be written out.', node);
      if (label?.kind !== Kind.STRING) return;
      if (labels.has(label.value)) report(`The label "${label.value}" stands at more than one "@defer".`, node);
      labels.add(label.value);
    },
  };
};

/** An expanded operation without any `@defer`. */
export const withoutDefers = (operation: OperationDefinitionNode): OperationDefinitionNode => {
  const strip = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const directives = selection.directives?.filter(({ name }) => name.value !== 'defer') ?? [];
      const { selectionSet } = selection;
      const inner = selectionSet && { ...selectionSet, selections: strip(selectionSet.selections) };
      return selection.kind === Kind.FIELD
        ? { ...selection, directives, ...(inner ? { selectionSet: inner } : {}) }
        : { ...selection, directives, selectionSet: inner ?? selection.selectionSet };
    });
  return {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: strip(operation.selectionSet.selections) },
  };
};

/** Whether an expanded operation defers anything. */
export const defers = ({ selectionSet }: OperationDefinitionNode): boolean => {
  const some = (selections: readonly SelectionNode[]): boolean =>
    selections.some(
      (selection) =>
        selection.kind !== Kind.FRAGMENT_SPREAD &&
        ((selection.kind === Kind.INLINE_FRAGMENT && deferOf(selection) !== undefined) ||
          (selection.selectionSet !== undefined && some(selection.selectionSet.selections))),
    );
  return some(selectionSet.selections);
};
