import type { IncomingMessage, ServerResponse } from 'node:http';
import { atExpiry } from '#gateway/access/expiry.ts';
import type { WatchSession } from '#gateway/access/live-sessions.ts';
import type { Graph } from '#gateway/graph.ts';
import { flawOfBody } from '#gateway/http/body.ts';
import { identify } from '#gateway/http/identify.ts';
import { LIMITS } from '#gateway/limits.ts';
import { rateError } from '#gateway/rates/decision.ts';
import type { Meter } from '#gateway/rates/meter.ts';
import { failure, failureFrom, NO_JSON, type Failure } from '#gateway/rpc/failures.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { isNestedDeeper } from '#mesh/nesting.ts';
import { readBody, sendJson } from '#mesh/serve.ts';
import { OPENAI, type Dialect } from './dialect.ts';
import { sendEvents, sendFile } from './events.ts';
import { errorHeaders, flawed } from './failures.ts';
import { OPENAPI } from './openapi.ts';
import { perform, type Outcome } from './perform.ts';
import type { Ask, Route } from './route.ts';
import { findRoute, type Found } from './routes.ts';

/** What a request to this door comes with. */
interface Door {
  readonly graph: Graph;
  readonly watch: WatchSession;
  readonly log: Log;
  readonly requestId: string;
  readonly client: Client;
  readonly meter: Meter;
}

const OPENAPI_PATH = '/openapi.json';

/** Whether an address is of this door, whatever the method. */
export const isRest = (path: string): boolean =>
  path.startsWith('/v1/') || path === OPENAPI_PATH || findRoute(undefined, path).outcome !== 'none';

const dialectOf = (found: Found): Dialect => {
  if (found.outcome === 'found') return found.route.dialect;
  return found.outcome === 'none' ? OPENAI : found.dialect;
};

type Answer =
  | Outcome
  /** Where HTTP has a status that says it better than the table. */
  | { readonly outcome: 'failed'; readonly failure: Failure; readonly headers?: Readonly<Record<string, string>> };

const failed = (reason: Failure): Answer => ({ outcome: 'failed', failure: reason });

type Body = { readonly outcome: 'read'; readonly value: unknown } | Extract<Answer, { readonly outcome: 'failed' }>;

const parseBody = (text: string): Body => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { outcome: 'failed', failure: NO_JSON };
  }
  if (!isNestedDeeper(value, LIMITS.nesting)) return { outcome: 'read', value };
  return {
    outcome: 'failed',
    failure: failure('BAD_USER_INPUT', `The body is nested more than ${LIMITS.nesting} deep.`),
  };
};

type Asked = { readonly outcome: 'asks'; readonly ask: Ask } | Extract<Outcome, { readonly outcome: 'failed' }>;

const askOf = (route: Route, body: unknown, segments: Readonly<Record<string, string>>): Asked => {
  try {
    // The boundary between JSON and types: the schema has decided that this is the route's body.
    return { outcome: 'asks', ask: route.ask(body as never, segments) };
  } catch (error) {
    if (error instanceof StudioError) return { outcome: 'failed', failure: failureFrom(error) };
    throw error;
  }
};

/** @returns undefined when the client is gone */
const textOf = async (request: IncomingMessage): Promise<string | Failure | undefined> => {
  if (request.method !== 'POST') return '';
  const flaw = flawOfBody(request.headers);
  if (flaw !== undefined) return { ...failure('BAD_REQUEST', flaw), status: 415 };
  const body = await readBody(request);
  if (body.outcome === 'too large') return failure('PAYLOAD_TOO_LARGE');
  return body.outcome === 'read' ? body.text : undefined;
};

const answer = async (
  request: IncomingMessage,
  path: string,
  found: Found,
  running: AbortController,
  door: Door,
): Promise<Answer | undefined> => {
  const { graph, log, requestId, client, meter } = door;
  const limited = rateError(await meter.prepay(1));
  if (limited) return failed(failureFrom(limited));
  if (path === OPENAPI_PATH && request.method === 'GET') return { outcome: 'done', answer: OPENAPI };
  if (found.outcome === 'none') return failed(failure('NOT_FOUND', 'There is nothing at this address.'));
  if (found.outcome === 'other method') {
    const allow = found.methods.join(', ');
    const reason = { ...failure('BAD_REQUEST', `This address takes ${allow}.`), status: 405 };
    return { outcome: 'failed', failure: reason, headers: { allow } };
  }
  const text = await textOf(request);
  if (typeof text !== 'string') return text && failed(text);
  const who = await identify(request, running, door);
  if (who.outcome === 'refused') return failed(failureFrom(who.error));
  const { principal } = who;
  // Who is nobody learns nothing of what is wrong with the body.
  if (!principal) return failed(failure('UNAUTHENTICATED'));
  const { route, segments } = found;
  const body: Body = route.method === 'POST' ? parseBody(text) : { outcome: 'read', value: undefined };
  if (body.outcome === 'failed') return body;
  const flaw = route.method === 'POST' ? route.checkBody(body.value) : null;
  if (flaw) return failed(flawed(flaw));
  const asked = askOf(route, body.value, segments);
  if (asked.outcome === 'failed') return asked;
  const { ask } = asked;
  if (ask.kind !== 'whole' && !running.signal.aborted) {
    const forget = atExpiry(principal.expiresAt, () => running.abort());
    running.signal.addEventListener('abort', forget);
  }
  return perform(route, ask, { requestId, principal, client, signal: running.signal, meter }, { graph, log });
};

/**
 * Answers OpenAI's routes, Ollama's and the seeds' own, each as one document on the graph. A client that goes away ends what runs
 * for it. Never rejects for a client's fault.
 */
export const handleRest = async (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  door: Door,
): Promise<void> => {
  const running = new AbortController();
  response.on('close', () => running.abort());
  // Answers hold private text; no cache keeps them.
  response.setHeader('cache-control', 'no-store');
  const found = findRoute(request.method, path);
  const dialect = dialectOf(found);
  const given = await answer(request, path, found, running, door);
  if (!given || response.destroyed) return;
  switch (given.outcome) {
    case 'done':
      return sendJson(response, 200, given.answer);
    case 'failed': {
      const headers = 'headers' in given ? given.headers : {};
      return sendJson(response, given.failure.status, dialect.failed(given.failure), {
        ...errorHeaders(given.failure),
        ...headers,
      });
    }
    case 'streams':
      return sendEvents(response, dialect.stream, given.events, running.signal);
    case 'file':
      return sendFile(response, given, running.signal, door.log);
    default:
      return given satisfies never;
  }
};
