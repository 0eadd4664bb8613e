import type { DocumentNode, ExecutionResult } from 'graphql';
import { httpMeaning } from './errors.ts';
import type { DocumentGraph } from './graph.ts';
import type { GatewayMetrics } from './metrics.ts';
import { ending } from './stream.ts';

interface Asked {
  readonly document: DocumentNode | undefined;
  readonly operationName?: string | undefined;
}

/** The same graph, whose operations are counted and timed, streams until they end. */
export const observed = (graph: DocumentGraph, metrics: GatewayMetrics): DocumentGraph => {
  const observe = async <E>(
    { document, operationName }: Asked,
    { signal }: { readonly signal: AbortSignal },
    run: () => Promise<ExecutionResult | AsyncIterable<E>>,
  ): Promise<ExecutionResult | AsyncGenerator<E, undefined>> => {
    const operation = metrics.operation(document, operationName);
    const answer = await run();
    if (Symbol.asyncIterator in answer) {
      operation.streams();
      return ending(answer, signal, () => operation.end(200));
    }
    operation.end(httpMeaning(answer).status);
    return answer;
  };

  /** The documents of the rooms are few, and known after their first time. */
  const read = (text: string): DocumentNode | undefined => {
    try {
      return graph.parse(text);
    } catch {
      return undefined;
    }
  };

  return {
    ...graph,
    executeDocument: (operation, requester) =>
      observe(operation, requester, () => graph.executeDocument(operation, requester)),
    subscribeDocument: (operation, requester) =>
      observe(operation, requester, () => graph.subscribeDocument(operation, requester)),
    subscribe: (operation, requester) =>
      observe({ ...operation, document: read(operation.document) }, requester, () =>
        graph.subscribe(operation, requester),
      ),
    execute: async (operation, requester) => {
      const running = metrics.operation(read(operation.document), operation.operationName);
      const answer = await graph.execute(operation, requester);
      running.end(httpMeaning(answer).status);
      return answer;
    },
  };
};
