import { createClient, type Client as SocketClient } from 'graphql-ws';
import type { TypedDocumentNode } from 'urql';
import { createObservable, type Observable } from '../state/observable.ts';
import { failureOf, FORBIDDEN_CLOSE, type Failure } from './failure.ts';
import { persistedQuery } from './persisted.ts';

export type Connection = 'connecting' | 'connected' | 'lost';

/** Where the pieces of a stream go. After `failed` or `done` nothing more comes. */
export interface Listener<Data> {
  readonly next: (data: Data) => void;
  readonly failed: (failure: Failure) => void;
  readonly done: () => void;
}

export interface Sockets {
  /** State of the connection that brings events. */
  readonly connection: Pick<Observable<Connection>, 'get' | 'subscribe'>;
  /** Hears of events until it is ended, over lost connections and a server that starts anew. */
  readonly follow: <Data>(
    document: TypedDocumentNode<Data, Record<string, never>>,
    next: (data: Data) => void,
  ) => () => void;
  /** Asks for one stream; answers what ends it. It is never asked for twice. */
  readonly stream: <Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    listener: Listener<Data>,
  ) => () => void;
}

type Token = () => Promise<string | null>;

/** Told of a token that the server refuses: it may have expired, or its session has ended. */
type OnRefused = (token: string | null) => void;

/** How often a socket is asked whether it lives, and how long it may take to answer. */
const PING_MS = 15_000;
const PONG_MS = 5_000;
const LONGEST_WAIT_MS = 10_000;

/** Wait before events that the server ended are asked for again. */
const AGAIN_MS = 3_000;

const address = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`;

const credentials = (token: Token) => async (): Promise<Record<string, unknown>> => {
  const bearer = await token();
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
};

/** A client that notices a silent connection and that tries for ever, at growing distances, to come back. */
const createEventClient = (token: Token, onRefused: OnRefused, connection: Observable<Connection>): SocketClient => {
  let shown: string | null = null;
  let socket: WebSocket | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  return createClient({
    url: address(),
    connectionParams: credentials(async () => (shown = await token())),
    keepAlive: PING_MS,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: async (attempt) => {
      const wait = Math.min(LONGEST_WAIT_MS, 250 * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
    },
    on: {
      connected: (opened) => {
        if (opened instanceof WebSocket) socket = opened;
        connection.set('connected');
      },
      closed: (event) => {
        clearTimeout(silence);
        if (event instanceof CloseEvent && event.code === FORBIDDEN_CLOSE) onRefused(shown);
        connection.set('lost');
      },
      ping: (received) => {
        if (!received) silence = setTimeout(() => socket?.close(4408, 'no answer'), PONG_MS);
      },
      pong: () => clearTimeout(silence),
    },
  });
};

/**
 * Opens sockets when they are needed.
 *
 * Events and streams have a client each: an event subscription comes back after a lost connection, but a chat that
 * was asked again by itself would be a second answer, and billed. A stream has a socket of its own, opened with the
 * token of that moment, because the gateway closes a socket when the token that opened it expires.
 */
export const createSockets = (token: Token, onRefused: OnRefused): Sockets => {
  const connection = createObservable<Connection>('connecting');
  const eventClient = createEventClient(token, onRefused, connection);

  return {
    connection,
    follow: <Data>(document: TypedDocumentNode<Data, Record<string, never>>, next: (data: Data) => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let stop: () => void = () => {};
      let ended = false;
      const again = (): void => {
        if (!ended) timer = setTimeout(begin, AGAIN_MS);
      };
      const begin = (): void => {
        stop = eventClient.subscribe<Data>(
          { query: '', extensions: persistedQuery(document) },
          {
            next: ({ data }) => {
              if (data) next(data);
            },
            // The service behind the events was away, or is: its words for that are in the answers to queries.
            error: again,
            complete: again,
          },
        );
      };
      begin();
      return () => {
        ended = true;
        clearTimeout(timer);
        stop();
      };
    },
    stream: (document, variables, listener) => {
      const client = createClient({ url: address(), connectionParams: credentials(token), retryAttempts: 0 });
      let ended = false;
      const end = (tell: () => void): void => {
        if (ended) return;
        ended = true;
        tell();
      };
      type Data = Parameters<typeof listener.next>[0];
      const stop = client.subscribe<Data>(
        { query: '', extensions: persistedQuery(document), variables },
        {
          next: ({ data, errors }) => {
            if (ended) return;
            if (errors) end(() => listener.failed(failureOf(errors)));
            else if (data) listener.next(data);
          },
          error: (error) => end(() => listener.failed(failureOf(error))),
          complete: () => end(listener.done),
        },
      );
      return () => {
        ended = true;
        stop();
      };
    },
  };
};
