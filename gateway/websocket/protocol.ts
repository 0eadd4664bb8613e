import { randomUUID } from 'node:crypto';
import { getOperationAST, type ExecutionArgs, type GraphQLError } from 'graphql';
import { makeServer, type Context, type Server, type SubscribePayload } from 'graphql-ws';
import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Authentication, Credentials } from '../access/authenticator.ts';
import { atExpiry } from '../access/expiry.ts';
import type { WatchSession } from '../access/live-sessions.ts';
import type { Principal } from '../access/principal.ts';
import { expected, sealError } from '../errors.ts';
import type { DocumentGraph, ReadOperation, Requester } from '../graph.ts';
import { rateError } from '../rates/decision.ts';
import type { Meter } from '../rates/meter.ts';
import { CLOSES, type Close } from './close-codes.ts';

/** Operations that one connection may have under way. */
const MAX_OPERATIONS = 50;
/** Operations over that, or messages over the rate, which are refused one after the other before the connection is closed. */
const MAX_REFUSALS = 50;

/** One connection, as far as the protocol sees it. */
export interface Connection {
  close(close: Close): void;
  /** Whether this is a credential that we have signed, or have known: such a one is looked at, however much others ask. */
  isSigned(credentials: Credentials): Promise<boolean>;
  /** Counts it as this user's from now on; false when the user has as many connections as one may. */
  admit(userId: string): boolean;
  /** Keeps it as nobody's; false when there is no place for another one. */
  admitUnknown(): boolean;
  /** What is under way, by the client's ids. */
  readonly operations: Map<string, AbortController>;
  /** Aborts when the connection is closed. */
  readonly signal: AbortSignal;
  credentials: Credentials;
  readonly client: Client;
  /** Operations and messages that were too many since the last that was not. */
  refusals: number;
  /** Counts its messages. */
  readonly meter: Meter;
  /** Why the message that is being read is one too many. */
  limited: StudioError | undefined;
}

/** Closes a connection that goes on and on asking for what it is refused. */
export const countRefusal = (connection: Connection): void => {
  connection.refusals += 1;
  if (connection.refusals > MAX_REFUSALS) connection.close(CLOSES.tooMany);
};

/** The payload of `connection_init`. */
type Params = Record<string, unknown>;

interface OperationContext {
  readonly requester: Requester;
}

const NO_OPERATION = 'Could not determine what operation to execute.';

const InitPayload = z.object({ authorization: z.string().optional(), 'x-api-key': z.string().optional() });

const credentialsOf = (payload: Params | undefined): Credentials | undefined => {
  const named = Object.fromEntries(Object.entries(payload ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const parsed = InitPayload.safeParse(named);
  return parsed.success ? parsed.data : undefined;
};

const toRead = ({ document, variableValues, operationName }: ExecutionArgs): ReadOperation => ({
  document,
  variables: variableValues ?? undefined,
  operationName: operationName ?? undefined,
});

/** graphql-ws passes on as `any` what `onSubscribe` gave it. */
const requesterOf = ({ contextValue }: ExecutionArgs): Requester => (contextValue as OperationContext).requester;

/** The protocol, `graphql-transport-ws`, over the graph; it knows connections but not how they are made. */
export const createProtocol = (graph: DocumentGraph, watch: WatchSession, log: Log): Server<Connection> => {
  const check = async (connection: Connection, requestId: string, signal: AbortSignal): Promise<Authentication> => {
    const verdict = await graph.authenticate(connection.credentials, requestId, signal);
    if (verdict.outcome === 'refused' && verdict.error.code === 'UNAUTHENTICATED') {
      connection.close(CLOSES.forbidden);
    }
    return verdict;
  };

  /** A live stream ends with the credential that opened it. graphql-ws clients then connect anew with a fresh one. */
  const closeAtExpiry = (connection: Connection, expiresAt: number): void => {
    const forget = atExpiry(expiresAt, () => connection.close(CLOSES.forbidden));
    if (connection.signal.aborted) forget();
    else connection.signal.addEventListener('abort', forget);
  };

  /** What runs does not outlive the session or the role under which it was begun; the client then has to sign in. */
  const endWithSession = (connection: Connection, principal: Principal, running: AbortController): void => {
    const forget = watch(principal, () => {
      connection.close(CLOSES.forbidden);
      // Not left to the closing handshake, which the client may put off.
      running.abort();
    });
    if (running.signal.aborted) forget();
    else running.signal.addEventListener('abort', forget);
  };

  const onConnect = async ({ extra: connection, connectionParams }: Context<Params, Connection>) => {
    const credentials = credentialsOf(connectionParams);
    if (!credentials) return false;
    connection.credentials = credentials;
    const later = (): false => {
      connection.close(CLOSES.tryAgainLater);
      return false;
    };
    if (connection.limited && !(await connection.isSigned(credentials))) return later();
    const verdict = await check(connection, randomUUID(), connection.signal);
    if (verdict.outcome === 'refused') return later();
    if (verdict.principal) {
      const { userId, expiresAt } = verdict.principal;
      if (!connection.admit(userId) || rateError(await connection.meter.identify(userId))) return later();
      closeAtExpiry(connection, expiresAt);
    } else if (!connection.admitUnknown()) return later();
    return true;
  };

  const onSubscribe = async (
    { extra: connection }: Context<Params, Connection>,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { variables, operationName } = payload;
    const requestId = randomUUID();
    const { operations, limited } = connection;
    if (limited) return [sealError(limited, requestId)];
    if (operations.size >= MAX_OPERATIONS) {
      // Not read from any more it would not hear the client's `complete` either, so it is told, and then closed.
      countRefusal(connection);
      const sentence = `One connection may have ${MAX_OPERATIONS} operations under way.`;
      return [sealError(new StudioError('RATE_LIMITED', sentence), requestId)];
    }
    connection.refusals = 0;
    const controller = new AbortController();
    operations.set(id, controller);
    if (connection.signal.aborted) controller.abort();
    const refuse = (...errors: readonly GraphQLError[]) => {
      operations.delete(id);
      return errors.map((error) => sealError(error, requestId));
    };
    try {
      // Who has lost the role, the session or the account since the last operation has lost it for this one.
      const verdict = await check(connection, requestId, controller.signal);
      if (verdict.outcome === 'refused') return refuse(verdict.error);
      const query = graph.find(payload, verdict.principal);
      if (query === undefined) return refuse(new StudioError('BAD_REQUEST', NO_OPERATION));
      const document = graph.parse(query);
      const flaws = graph.validate(document);
      if (flaws.length > 0) return refuse(...flaws);
      if (!getOperationAST(document, operationName)) return refuse(new StudioError('BAD_REQUEST', NO_OPERATION));
      if (verdict.principal) endWithSession(connection, verdict.principal, controller);
      const requester: Requester = {
        requestId,
        principal: verdict.principal,
        client: connection.client,
        signal: controller.signal,
        meter: connection.meter.forOperation(),
        incremental: true,
      };
      return {
        schema: graph.schema(),
        document,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
        contextValue: { requester } satisfies OperationContext,
      };
    } catch (error) {
      return refuse(expected(error, log));
    }
  };

  return makeServer<Params, Connection>({
    onConnect,
    onSubscribe,
    onComplete: ({ extra: connection }, id) => {
      connection.operations.get(id)?.abort();
      connection.operations.delete(id);
    },
    execute: (given: ExecutionArgs) => graph.executeDocument(toRead(given), requesterOf(given)),
    subscribe: (given: ExecutionArgs) => graph.subscribeDocument(toRead(given), requesterOf(given)),
  });
};
