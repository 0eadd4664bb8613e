import { Kind, visit, type DocumentNode, type SelectionSetNode } from 'graphql';

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;

const hasTypename = ({ selections }: SelectionSetNode): boolean =>
  selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename');

const withTypenames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: (node, _key, parent) => {
      const isRoot =
        parent !== undefined && !Array.isArray(parent) && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      return isRoot || hasTypename(node) ? undefined : { ...node, selections: [...node.selections, TYPENAME] };
    },
  });

/**
 * Adds `__typename` to every object of a document. The studio's cache goes by it, and would add it by itself if the
 * documents were sent as text; of a document that is sent by its id the text has to have it beforehand.
 */
export const addTypenames = {
  transform: <File extends { document?: DocumentNode }>({
    documents,
  }: {
    readonly documents: readonly File[];
  }): File[] => documents.map((file) => (file.document ? { ...file, document: withTypenames(file.document) } : file)),
};
