import { makeOperation, mapExchange, type Exchange } from 'urql';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The id under which the gateway knows a document: `sha256:` and the hash of its text, as `npm run generate` wrote it.
 * @throws Error for a document that was not generated
 */
export const documentId = (document: unknown): string => {
  const meta = isRecord(document) ? document['__meta__'] : undefined;
  if (isRecord(meta) && typeof meta['hash'] === 'string') return meta['hash'];
  throw new Error('a document has no id: run `npm run generate`');
};

/** Names a document in the one way that graphql-ws lets through. */
export const persistedQuery = (document: unknown): Record<string, unknown> => ({
  persistedQuery: { version: 1, sha256Hash: documentId(document).replace(/^sha256:/, '') },
});

/** Sends the id of a document in place of its text: in production mode the gateway answers to nothing else. */
export const persistedExchange: Exchange = mapExchange({
  onOperation: (operation) =>
    makeOperation(operation.kind, {
      ...operation,
      // urql sends the id of a document that has no definitions.
      query: { ...operation.query, definitions: [], documentId: documentId(operation.query) },
    }),
});
