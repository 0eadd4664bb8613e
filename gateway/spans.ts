import { inSpan, inSpanSync } from '#mesh/trace.ts';
import type { DocumentGraph } from './graph.ts';

const EXECUTE = 'gateway.execute';
const SUBSCRIBE = 'gateway.subscribe';

/** The same graph, whose steps are spans of the request's trace. Names alone: a document may hold what is private. */
export const spanned = (graph: DocumentGraph): DocumentGraph => ({
  ...graph,
  parse: (text) => inSpanSync('gateway.parse', () => graph.parse(text)),
  validate: (document) => inSpanSync('gateway.validate', () => graph.validate(document)),
  authenticate: (credentials, requestId, signal) =>
    inSpan('gateway.authenticate', {}, () => graph.authenticate(credentials, requestId, signal)),
  execute: (operation, requester) => inSpan(EXECUTE, {}, () => graph.execute(operation, requester)),
  executeDocument: (operation, requester) => inSpan(EXECUTE, {}, () => graph.executeDocument(operation, requester)),
  subscribe: (operation, requester) => inSpan(SUBSCRIBE, {}, () => graph.subscribe(operation, requester)),
  subscribeDocument: (operation, requester) =>
    inSpan(SUBSCRIBE, {}, () => graph.subscribeDocument(operation, requester)),
});
