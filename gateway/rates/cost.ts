import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ReadOperation } from '../graph.ts';

/** Points of a root field; every other one costs 1. */
const POINTS: ReadonlyMap<string, number> = new Map([['refreshSession', 10]]);

/** Points of fields that read or answer much, wherever they stand and besides what the root field costs. */
const HEAVY: ReadonlyMap<string, number> = new Map([
  ['accountData', 20],
  ['projectData', 20],
  ['conversationData', 20],
  ['requestData', 20],
  ['ledgerCsv', 20],
  ['usageSeries', 5],
  ['forecast', 5],
  ['ledger', 2],
  ['auditLog', 2],
  ['requestLog', 2],
]);

/** One attempt to sign in by password. */
export interface SignIn {
  /** Undefined when the operation names none that could be one. */
  readonly email: string | undefined;
  readonly deviceToken: string | undefined;
}

export interface Cost {
  readonly points: number;
  readonly signIns: readonly SignIn[];
}

type Fragments = ReadonlyMap<string, SelectionSetNode>;

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  );

/** The fields of a selection set, every fragment written out. The document is valid, so no fragment contains itself. */
const fieldsOf = (set: SelectionSetNode | undefined, fragments: Fragments): readonly FieldNode[] =>
  (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    return fieldsOf(
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value),
      fragments,
    );
  });

/** What a field and those below it cost for being heavy. */
const heavinessOf = ({ name, selectionSet }: FieldNode, fragments: Fragments): number =>
  fieldsOf(selectionSet, fragments).reduce(
    (sum, field) => sum + heavinessOf(field, fragments),
    HEAVY.get(name.value) ?? 0,
  );

/** The text of an argument. */
const textOf = (
  field: FieldNode,
  argument: string,
  operation: OperationDefinitionNode,
  variables: ReadOperation['variables'],
): string | undefined => {
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind === Kind.STRING) return value.value;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  const given = variables?.[name];
  if (typeof given === 'string') return given;
  const standing = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return given === undefined && standing?.kind === Kind.STRING ? standing.value : undefined;
};

/** What an operation costs: a point for each root field under each of its aliases, what is heavy, and sign-ins besides. */
export const costOf = ({ document, operationName, variables }: ReadOperation): Cost => {
  const operation = getOperationAST(document, operationName);
  if (!operation) return { points: 1, signIns: [] };
  const fragments = fragmentsOf(document);
  const fields = fieldsOf(operation.selectionSet, fragments);
  const points = fields.reduce(
    (sum, field) => sum + (POINTS.get(field.name.value) ?? 1) + heavinessOf(field, fragments),
    0,
  );
  if (operation.operation !== OperationTypeNode.MUTATION) return { points, signIns: [] };
  const signIns = fields
    .filter(({ name }) => name.value === 'login')
    .map((field) => ({
      email: textOf(field, 'email', operation, variables),
      deviceToken: textOf(field, 'deviceToken', operation, variables),
    }));
  return { points, signIns };
};
