import { z } from 'zod';
import { isObject } from '../json.ts';
import type { DocumentId } from './manifest.ts';

/** The parameters of a request that say which document it is about. */
export interface DocumentParams {
  readonly query?: unknown;
  /** Of the draft "Persisted Documents" of GraphQL over HTTP. */
  readonly documentId?: unknown;
  /** `persistedQuery` is what Apollo's clients send, and all that graphql-ws lets through. */
  readonly extensions?: unknown;
}

export type Requested =
  | { readonly kind: 'id'; readonly id: DocumentId }
  | { readonly kind: 'text'; readonly text: string }
  /** Neither, or something that can be no id. */
  | { readonly kind: 'nothing' };

const HASH = /^[\da-f]{64}$/;

const Persisted = z.object({ persistedQuery: z.object({ sha256Hash: z.string().regex(HASH) }) });
const Id = z.string().regex(/^sha256:[\da-f]{64}$/);

/** Which document a request is about. An id is taken before a text: the text is then one that a client would have kept. */
export const requestedDocument = ({ query, documentId, extensions }: DocumentParams): Requested => {
  // To ask zod about what is not there costs a stack trace each time.
  const id = documentId === undefined ? undefined : Id.safeParse(documentId);
  if (id?.success) return { kind: 'id', id: id.data };
  const persisted =
    isObject(extensions) && 'persistedQuery' in extensions ? Persisted.safeParse(extensions) : undefined;
  if (persisted?.success) return { kind: 'id', id: `sha256:${persisted.data.persistedQuery.sha256Hash}` };
  return typeof query === 'string' && query !== '' ? { kind: 'text', text: query } : { kind: 'nothing' };
};
