import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ArgumentNode,
  type ASTVisitor,
  type DirectiveNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValidationContext,
} from 'graphql';
import type { Variables } from '../conditions.ts';

/** The `@defer` of a selection, if it has one. */
export const deferOf = ({ directives }: SelectionNode): DirectiveNode | undefined =>
  directives?.find(({ name }) => name.value === 'defer');

const argument = (directive: DirectiveNode | undefined, name: string) =>
  directive?.arguments?.find((given) => given.name.value === name)?.value;

/** Whether a `@defer` holds. */
const holds = (defer: DirectiveNode, variables: Variables): boolean => {
  const value = argument(defer, 'if');
  if (value?.kind === Kind.VARIABLE) return variables[value.name.value] !== false;
  return value?.kind !== Kind.BOOLEAN || value.value;
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

/** Every `@defer` of an expanded operation, in the order of the text. */
const defersOf = ({ selectionSet }: OperationDefinitionNode): readonly DirectiveNode[] => {
  const within = (selections: readonly SelectionNode[]): DirectiveNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const own = deferOf(selection);
      const inner = selection.selectionSet ? within(selection.selectionSet.selections) : [];
      return own ? [own, ...inner] : inner;
    });
  return within(selectionSet.selections);
};

/**
 * An expanded operation with only those `@defer`s that hold. Decided before anything is planned: the planner would make a
 * plan for each combination of the variables that they depend on.
 * @param holding by their place in the text
 */
const withDefers = (operation: OperationDefinitionNode, holding: readonly boolean[]): OperationDefinitionNode => {
  let place = 0;
  const keep = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const stays = deferOf(selection) === undefined || (holding[place++] ?? false);
      const directives = (selection.directives ?? []).flatMap((directive) => {
        if (directive.name.value !== 'defer') return [directive];
        return stays ? [{ ...directive, arguments: (directive.arguments ?? []).filter(isLabel) }] : [];
      });
      const { selectionSet } = selection;
      const inner = selectionSet && { ...selectionSet, selections: keep(selectionSet.selections) };
      return selection.kind === Kind.FIELD
        ? { ...selection, directives, ...(inner ? { selectionSet: inner } : {}) }
        : { ...selection, directives, selectionSet: inner ?? selection.selectionSet };
    });
  return {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: keep(operation.selectionSet.selections) },
  };
};

const isLabel = (given: ArgumentNode): boolean => given.name.value === 'label';

/** What an operation defers, which its variables decide. */
export interface Defers {
  /** The operation with nothing deferred. */
  readonly whole: OperationDefinitionNode;
  readonly count: number;
  /** Which of them hold, as a word; the empty word when none does. */
  holding(variables: Variables): string;
  /** The operation with those that hold. @param holding what `holding` answered */
  operation(holding: string): OperationDefinitionNode;
}

/** Looks for what an expanded operation defers. */
export const findDefers = (operation: OperationDefinitionNode): Defers => {
  const defers = defersOf(operation);
  return {
    whole: defers.length === 0 ? operation : withDefers(operation, []),
    count: defers.length,
    holding: (variables) => {
      const word = defers.map((defer) => (holds(defer, variables) ? '1' : '0')).join('');
      return word.includes('1') ? word : '';
    },
    operation: (word) =>
      withDefers(
        operation,
        word.split('').map((mark) => mark === '1'),
      ),
  };
};
