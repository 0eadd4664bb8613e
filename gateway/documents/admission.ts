import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Principal } from '../access/principal.ts';
import { idOf, type Documents } from './manifest.ts';
import type { Requested } from './request.ts';

/** Who may ask what the graph is like, where not everyone may. */
export const mayIntrospect = (principal: Principal | null): boolean =>
  principal?.scopes.includes('graph:introspect') ?? false;

export type Found =
  | { readonly outcome: 'found'; readonly text: string }
  /** In production mode, the text of somebody who may introspect: allowed if it asks for nothing but the schema. */
  | { readonly outcome: 'to be read'; readonly text: string }
  | { readonly outcome: 'unknown' };

/**
 * The text of the document that a request is about.
 * @param closed whether only known documents are answered
 */
export const findDocument = (
  requested: Exclude<Requested, { readonly kind: 'nothing' }>,
  documents: Documents,
  closed: boolean,
  principal: Principal | null,
): Found => {
  if (requested.kind === 'id') {
    const text = documents.get(requested.id);
    return text === undefined ? { outcome: 'unknown' } : { outcome: 'found', text };
  }
  const { text } = requested;
  if (!closed || documents.has(idOf(text))) return { outcome: 'found', text };
  // A stranger's text is not even parsed.
  return mayIntrospect(principal) ? { outcome: 'to be read', text } : { outcome: 'unknown' };
};

const asksForSchema = ({ selections }: SelectionSetNode): boolean =>
  selections.every((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__');
    return selection.kind === Kind.FRAGMENT_SPREAD || asksForSchema(selection.selectionSet);
  });

/** Whether a document asks for nothing but the schema. Its fragments are then on types of the introspection. */
export const isIntrospection = ({ definitions }: DocumentNode): boolean =>
  definitions.every((definition) => {
    if (definition.kind === Kind.OPERATION_DEFINITION) return asksForSchema(definition.selectionSet);
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) return false;
    return definition.typeCondition.name.value.startsWith('__') || asksForSchema(definition.selectionSet);
  });
