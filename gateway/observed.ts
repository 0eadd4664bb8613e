import type { DocumentNode, ExecutionResult } from 'graphql';
import { httpMeaning } from './errors.ts';
import type { DocumentGraph } from './graph.ts';
import type { GatewayMetrics } from './metrics.ts';

/** The same stream, which tells once that it is over: at its end, or when nobody waits for it any more. */
const ending = <T>(stream: AsyncIterable<T>, signal: AbortSignal, tell: () => void): AsyncGenerator<T, undefined> => {
  const source = stream[Symbol.asyncIterator]();
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', end);
    tell();
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const leave = async (): Promise<{ readonly done: true; readonly value: undefined }> => {
    end();
    await source.return?.();
    return { done: true, value: undefined };
  };
  const watched: AsyncGenerator<T, undefined> = {
    next: async () => {
      try {
        const event = await source.next();
        if (event.done !== true) return event;
        end();
        return { done: true, value: undefined };
      } catch (error) {
        end();
        throw error;
      }
    },
    return: leave,
    throw: async (error) => {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]: () => watched,
    [Symbol.asyncDispose]: async () => void (await leave()),
  };
  return watched;
};

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
