import type { IncomingMessage } from 'node:http';
import { getOperationAST, OperationTypeNode, type DocumentNode, type ExecutionResult } from 'graphql';
import { httpMeaning, type HttpMeaning } from '../errors.ts';
import type { DocumentGraph, ReadOperation, Requester } from '../graph.ts';
import { isObject, type JsonObject } from '../json.ts';
import { isOnlyJson } from './accept.ts';

const GRAPHQL_JSON = 'application/graphql-response+json';
const PLAIN_JSON = 'application/json';

/** What Yoga answers to each kind of JSON that a client may name. */
const ANSWERED: ReadonlyMap<string, string> = new Map([
  [GRAPHQL_JSON, GRAPHQL_JSON],
  [PLAIN_JSON, PLAIN_JSON],
  ['application/*', PLAIN_JSON],
  ['*/*', PLAIN_JSON],
]);

/** The media type of the answer, as Yoga chooses it: the first that the client names. Undefined for a choice by weights. */
const mediaTypeOf = (accept: string | undefined): string | undefined => {
  if (accept === undefined) return PLAIN_JSON;
  if (accept.includes(';')) return undefined;
  for (const name of accept.split(',')) {
    const known = ANSWERED.get(name.trim().toLowerCase());
    if (known !== undefined) return known;
  }
  return undefined;
};

/** A request that is answered without Yoga. */
interface DirectRequest {
  readonly mediaType: string;
  readonly operation: ReadOperation;
}

export interface DirectAnswer extends HttpMeaning {
  readonly body: ExecutionResult;
}

const BODY_TYPE = /^application\/json(;\s*charset=utf-8)?$/i;
const PARAMS: ReadonlySet<string> = new Set(['query', 'documentId', 'variables', 'operationName', 'extensions']);

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

const paramsOf = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Object.keys(value).every((key) => PARAMS.has(key)) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A document that can be run at once; undefined when there is something to say about it. */
const documentOf = (graph: DocumentGraph, params: JsonObject, requester: Requester): DocumentNode | undefined => {
  try {
    const text = graph.find(params, requester.principal);
    // What is deferred comes in parts.
    if (text === undefined || text.includes('@defer')) return undefined;
    const document = graph.parse(text);
    return graph.validate(document).length === 0 ? document : undefined;
  } catch {
    // Yoga's way comes to the same error, and says it.
    return undefined;
  }
};

const readDirect = (
  graph: DocumentGraph,
  { headers, url }: Pick<IncomingMessage, 'headers' | 'url'>,
  body: string,
  requester: Requester,
): DirectRequest | undefined => {
  const mediaType = mediaTypeOf(headers.accept);
  if (mediaType === undefined || url !== '/graphql' || !BODY_TYPE.test(headers['content-type'] ?? '')) return undefined;
  const params = paramsOf(body);
  if (!params) return undefined;
  const { variables, operationName, extensions } = params;
  if (!isAbsent(variables) && !isObject(variables)) return undefined;
  if (!isAbsent(operationName) && typeof operationName !== 'string') return undefined;
  if (!isAbsent(extensions) && !isObject(extensions)) return undefined;
  const document = documentOf(graph, params, requester);
  const kind = document && getOperationAST(document, operationName)?.operation;
  if (!document || kind === undefined || kind === OperationTypeNode.SUBSCRIPTION) return undefined;
  const operation = { document, variables: variables ?? undefined, operationName: operationName ?? undefined };
  return { mediaType, operation };
};

/**
 * Answers the plainest of requests, a POST of JSON with one sound query or mutation that is answered whole, as Yoga
 * would. Most requests are such, and Yoga's Fetch API costs more than all else that the gateway does for them.
 * @param body of a POST
 * @returns undefined for any other request, of which nothing has been run
 */
export const answerDirectly = async (
  graph: DocumentGraph,
  request: Pick<IncomingMessage, 'headers' | 'url'>,
  body: string,
  requester: Requester,
): Promise<DirectAnswer | undefined> => {
  const direct = readDirect(graph, request, body, requester);
  if (!direct) return undefined;
  const result = await graph.executeDocument(direct.operation, { ...requester, incremental: false });
  if (Symbol.asyncIterator in result) throw new Error('What is not deferred is answered whole.');
  const { status, headers } = httpMeaning(result, isOnlyJson(request.headers.accept ?? null));
  return { status, headers: { ...headers, 'content-type': `${direct.mediaType}; charset=utf-8` }, body: result };
};
