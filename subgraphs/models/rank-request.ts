import type { RerankInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';

/** Documents that may be ranked. */
export interface RankRequest {
  readonly query: string;
  readonly documents: readonly string[];
  /** How many of them are wanted. */
  readonly topN: number;
}

const MAX_DOCUMENTS = 256;
const MAX_QUERY_BYTES = 16_384;
/** The query is read again beside each document. */
const MAX_BYTES = 262_144;

/**
 * Validates what a client asks for.
 * @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds
 */
export const readRankRequest = ({ query, documents, topN }: RerankInput): RankRequest => {
  const queryBytes = Buffer.byteLength(query);
  if (query.trim() === '') return refuse('query', 'query is empty.');
  if (queryBytes > MAX_QUERY_BYTES) {
    return refuse('query', `query holds ${queryBytes} bytes; it may hold ${MAX_QUERY_BYTES}.`);
  }
  if (documents.length === 0) return refuse('documents', 'documents is empty; it must hold a text.');
  if (documents.length > MAX_DOCUMENTS) {
    return refuse('documents', `documents has ${documents.length} texts; it may have ${MAX_DOCUMENTS}.`);
  }
  const bytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), queryBytes * documents.length);
  if (bytes > MAX_BYTES) {
    const sentence = `documents and a query for each hold ${bytes} bytes; they may hold ${MAX_BYTES}.`;
    return refuse('documents', sentence);
  }
  const empty = documents.indexOf('');
  if (empty !== -1) return refuse('documents', `documents[${empty}] is empty.`);
  return { query, documents, topN: within('topN', topN ?? documents.length, 1, MAX_DOCUMENTS) };
};
