import { createContext, use, type ReactNode } from 'react';
import {
  cacheExchange,
  Client,
  fetchExchange,
  Provider,
  type CombinedError,
  type DocumentInput,
  type OperationResult,
} from 'urql';
import { failureOf, type Failure } from './failure.ts';
import { persistedExchange } from './persisted.ts';
import { createSockets, type Sockets } from './sockets.ts';

/** What the graph needs of a session. */
export interface Credentials {
  /** A token that is still in force; null when the session has ended. */
  accessToken(): Promise<string | null>;
  /** A new token in place of one that was refused; null when there is none. */
  renewed(refused: string | null): Promise<string | null>;
}

type Ask = <Data, Variables extends Record<string, unknown>>(
  document: DocumentInput<Data, Variables>,
  variables: Variables,
) => Promise<Answer<Data>>;

export interface Graph extends Sockets {
  readonly client: Client;
  /** Asks the server, not the cache. Whoever shows the same query sees the new answer. */
  readonly fetch: Ask;
  readonly change: Ask;
}

export type Answer<Data> =
  | { readonly outcome: 'answered'; readonly data: Data }
  | { readonly outcome: 'failed'; readonly failure: Failure };

/** Tells a whole answer from one that failed, be it in part. */
export const answerOf = <Data,>(result: {
  readonly data?: Data | undefined;
  readonly error?: CombinedError | undefined;
}): Answer<Data> =>
  result.error === undefined && result.data !== undefined
    ? { outcome: 'answered', data: result.data }
    : { outcome: 'failed', failure: failureOf(result.error) };

/** Documents travel in the body: a question in an address would stand in every access log. */
const DOOR = { url: '/graphql', preferGetMethod: false } as const;

/** A client without a session, for opening one. */
export const createAnonymousClient = (): Client =>
  new Client({ ...DOOR, exchanges: [persistedExchange, fetchExchange] });

/** `fetch` that carries the session's token, and that renews a refused one once. */
const authorizedFetch =
  (credentials: Credentials): typeof fetch =>
  async (input, init) => {
    const send = (token: string | null): Promise<Response> => {
      const headers = new Headers(init?.headers);
      if (token !== null) headers.set('authorization', `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    };
    const token = await credentials.accessToken();
    const response = await send(token);
    if (response.status !== 401) return response;
    const renewed = await credentials.renewed(token);
    return renewed === null ? response : send(renewed);
  };

/** The graph as one session sees it; another session gets another, so that no cached answer outlives its reader. */
export const createGraph = (credentials: Credentials): Graph => {
  const sockets = createSockets(
    () => credentials.accessToken(),
    (token) => void credentials.renewed(token),
  );
  const client = new Client({
    ...DOOR,
    fetch: authorizedFetch(credentials),
    exchanges: [cacheExchange, persistedExchange, fetchExchange],
  });
  const answer = async <Data,>(source: { toPromise(): Promise<OperationResult<Data>> }): Promise<Answer<Data>> =>
    answerOf(await source.toPromise());
  return {
    client,
    connection: sockets.connection,
    follow: sockets.follow,
    stream: sockets.stream,
    fetch: (document, variables) => answer(client.query(document, variables, { requestPolicy: 'network-only' })),
    change: (document, variables) => answer(client.mutation(document, variables)),
  };
};

const GraphContext = createContext<Graph | null>(null);

export const GraphProvider = ({ graph, children }: { readonly graph: Graph; readonly children: ReactNode }) => (
  <GraphContext value={graph}>
    <Provider value={graph.client}>{children}</Provider>
  </GraphContext>
);

/** The graph of the session that is open. */
export const useGraph = (): Graph => {
  const graph = use(GraphContext);
  if (!graph) throw new Error('useGraph needs a GraphProvider above it');
  return graph;
};
