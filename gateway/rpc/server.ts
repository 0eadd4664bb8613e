import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WatchSession } from '#gateway/access/live-sessions.ts';
import { refusalHeaders } from '#gateway/errors.ts';
import type { Authentication, Graph } from '#gateway/graph.ts';
import { flawOfBody } from '#gateway/http/body.ts';
import { identify } from '#gateway/http/identify.ts';
import { rateError } from '#gateway/rates/decision.ts';
import type { Meter } from '#gateway/rates/meter.ts';
import type { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { readBody, sendJson } from '#mesh/serve.ts';
import { DISCOVER, OPENRPC } from './discover.ts';
import { errorResponse, failure, failureFrom, NO_JSON, UNKNOWN_METHOD, type Failure } from './failures.ts';
import type { Method } from './method.ts';
import { METHODS } from './methods.ts';
import { perform, type Outcome } from './perform.ts';
import { parseDirect, parseMessage, type Call, type Id } from './protocol.ts';

/** What a request to this door comes with. */
export interface Door {
  readonly graph: Graph;
  readonly watch: WatchSession;
  readonly log: Log;
  readonly requestId: string;
  readonly client: Client;
  readonly meter: Meter;
  /** The studio's own when left out. */
  readonly methods?: ReadonlyMap<string, Method>;
}

/** What stands before a method's name in the address of its own door. */
const DIRECT = '/rpc/';

/** How many requests of a batch run at the same time. */
const CONCURRENCY = 8;

/** What goes back: the status, and the text unless there is nothing to say. */
interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOTHING_TO_SAY: Reply = { status: 204, body: undefined };

/** One HTTP request's way of performing calls, with its caller found out once. */
interface Session {
  readonly requestId: string;
  readonly meter: Meter;
  run(call: Call): Promise<Outcome>;
}

const openSession = (request: IncomingMessage, running: AbortController, door: Door): Session => {
  const { requestId, client, meter, methods = METHODS } = door;
  const { signal } = running;
  let authentication: Promise<Authentication> | undefined;
  return {
    requestId,
    meter,
    // All calls of a batch, those that still wait too, end with the session that they came with.
    run: async (call) => {
      if (call.outcome === 'invalid') return { outcome: 'failed', failure: failure('BAD_REQUEST', call.reason) };
      if (call.method === DISCOVER) return { outcome: 'done', result: OPENRPC };
      const method = methods.get(call.method);
      if (!method) return { outcome: 'failed', failure: UNKNOWN_METHOD };
      const who = await (authentication ??= identify(request, running, door));
      if (who.outcome === 'refused') return { outcome: 'failed', failure: failureFrom(who.error) };
      return perform(method, call.params, { requestId, principal: who.principal, client, signal, meter }, door);
    },
  };
};

const responseTo = (id: Id, outcome: Outcome, requestId: string): object =>
  outcome.outcome === 'done'
    ? { jsonrpc: '2.0', id, result: outcome.result }
    : errorResponse(id, outcome.failure, requestId);

/** Performs one call; null when nobody wants an answer. */
const respond = async (call: Call, session: Session): Promise<object | null> => {
  const outcome = await session.run(call);
  return call.outcome === 'valid' && call.notification ? null : responseTo(call.id, outcome, session.requestId);
};

/** Performs the calls of a batch, some at a time, and answers in their order. */
const respondToAll = async (calls: readonly Call[], session: Session): Promise<object[]> => {
  const responses: (object | null)[] = Array.from(calls, () => null);
  const waiting = calls.entries();
  const lane = async (): Promise<void> => {
    for (const [index, call] of waiting) responses[index] = await respond(call, session);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, calls.length) }, lane));
  return responses.filter((response) => response !== null);
};

const refusal = (reason: Failure, requestId: string, status: number = reason.status): Reply => ({
  status,
  body: errorResponse(null, reason, requestId),
});

/** For a request that is too much as a whole. */
const rateRefusal = (error: StudioError, requestId: string): Reply => {
  const reason = failureFrom(error);
  return {
    ...refusal(reason, requestId),
    headers: refusalHeaders(reason.status, reason.retryAfterSeconds),
  };
};

/** `POST /rpc`: the specification's door; what went wrong with a call is told in its response alone. */
const answerMessage = async (text: string, session: Session): Promise<Reply> => {
  const message = parseMessage(text);
  switch (message.outcome) {
    case 'no JSON':
      return refusal(NO_JSON, session.requestId, 200);
    case 'refused':
      return refusal(failure('BAD_REQUEST', message.reason), session.requestId, 200);
    case 'single': {
      const response = await respond(message.call, session);
      return response ? { status: 200, body: response } : NOTHING_TO_SAY;
    }
    case 'batch': {
      const limited = rateError(await session.meter.prepay(message.calls.length - 1));
      if (limited) return rateRefusal(limited, session.requestId);
      const responses = await respondToAll(message.calls, session);
      return responses.length > 0 ? { status: 200, body: responses } : NOTHING_TO_SAY;
    }
    default:
      return message satisfies never;
  }
};

/** `POST /rpc/<method>`: the same call, with the HTTP status of what came of it. */
const answerDirect = async (text: string, method: string, session: Session): Promise<Reply> => {
  const message = parseDirect(text, method);
  if (message.outcome === 'no JSON') return refusal(NO_JSON, session.requestId);
  const { call } = message;
  const outcome = await session.run(call);
  if (call.outcome === 'valid' && call.notification) return NOTHING_TO_SAY;
  const body = responseTo(call.id, outcome, session.requestId);
  if (outcome.outcome === 'done') return { status: 200, body };
  const { status, retryAfterSeconds } = outcome.failure;
  return {
    status,
    body,
    headers: refusalHeaders(status, retryAfterSeconds),
  };
};

const answer = async (request: IncomingMessage, running: AbortController, door: Door): Promise<Reply | null> => {
  const { requestId, meter, methods = METHODS } = door;
  const limited = rateError(await meter.prepay(1));
  if (limited) return rateRefusal(limited, requestId);
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const name = path.startsWith(DIRECT) ? path.slice(DIRECT.length) : '';
  if (request.method === 'GET' && name === 'discover') return { status: 200, body: OPENRPC };
  if (request.method !== 'POST') {
    return {
      ...refusal(failure('BAD_REQUEST', 'JSON-RPC is sent by POST.'), requestId, 405),
      headers: { allow: 'POST' },
    };
  }
  if (name !== '' && name !== DISCOVER && !methods.has(name)) return refusal(UNKNOWN_METHOD, requestId);
  const flaw = flawOfBody(request.headers);
  if (flaw !== undefined) return refusal(failure('BAD_REQUEST', flaw), requestId, 415);
  const body = await readBody(request);
  if (body.outcome === 'aborted') return null;
  if (body.outcome === 'too large') return refusal(failure('PAYLOAD_TOO_LARGE'), requestId);
  const session = openSession(request, running, door);
  return name === '' ? answerMessage(body.text, session) : answerDirect(body.text, name, session);
};

/**
 * Answers `/rpc` and `/rpc/<method>`: JSON-RPC 2.0 on the graph, and its OpenRPC document at GET `/rpc/discover`. A client that goes away ends what runs for it.
 * Never rejects for a client's fault.
 */
export const handleRpc = async (request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> => {
  const running = new AbortController();
  response.on('close', () => running.abort());
  const reply = await answer(request, running, door);
  if (!reply || response.destroyed) return;
  // Results hold tokens and private text; no cache keeps them.
  const headers = { 'cache-control': 'no-store', ...reply.headers };
  if (reply.body === undefined) response.writeHead(reply.status, headers).end();
  else sendJson(response, reply.status, reply.body, headers);
};
