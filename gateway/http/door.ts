import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { readBody, sendJson, sendResponse } from '#mesh/serve.ts';
import { shownBy } from '../access/credentials.ts';
import { atExpiry } from '../access/expiry.ts';
import type { WatchSession } from '../access/live-sessions.ts';
import { endWithSession } from '../access/session-bound.ts';
import { httpMeaningOf, sealError } from '../errors.ts';
import type { DocumentGraph, Requester } from '../graph.ts';
import { rateError } from '../rates/decision.ts';
import type { Meter } from '../rates/meter.ts';
import { acceptsParts } from './accept.ts';
import { flawOfBody } from './body.ts';
import { isPreflighted } from './csrf.ts';
import { answerDirectly } from './direct.ts';
import { createGraphQlServer } from './yoga.ts';

/** The id of a request: the client's own when it is a sane one, so that its logs and ours can be put together. */
export const requestIdOf = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
};

/**
 * Answers with one error of the table.
 * @param status another than the table's, where HTTP has one that says it better
 */
export const sendStudioError = (
  response: ServerResponse,
  error: StudioError,
  requestId: string,
  status?: number,
): void => {
  const meaning = httpMeaningOf(error);
  sendJson(response, status ?? meaning.status, { errors: [sealError(error, requestId)] }, meaning.headers);
};

/** The body of a POST; undefined when the request has been answered or its client is gone. */
const bodyOf = async (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<string | undefined> => {
  const flaw = flawOfBody(request.headers);
  if (flaw !== undefined) {
    sendStudioError(response, new StudioError('BAD_REQUEST', flaw), requestId, 415);
    return undefined;
  }
  const body = await readBody(request);
  if (body.outcome === 'too large') sendStudioError(response, new StudioError('PAYLOAD_TOO_LARGE'), requestId);
  return body.outcome === 'read' ? body.text : undefined;
};

const NEEDS_HEADER = 'Send a credential, or the header "apollo-require-preflight: true", which no other site can.';

/** Asks for what an operation costs, see Requester. */
const DEBUG = 'x-devstudio-debug';

/** Why what runs for a request ends with it. One for all: to make one takes longer than many a request. */
const OVER = new DOMException('The request is over.', 'AbortError');

/** What is known of a request before anything of it is read. */
export interface Arrival {
  readonly requestId: string;
  readonly client: Client;
  readonly meter: Meter;
}

export type HttpDoor = (request: IncomingMessage, response: ServerResponse, arrival: Arrival) => Promise<void>;

/** `/graphql` over HTTP: GET, POST and server-sent events. */
export const createHttpDoor = (graph: DocumentGraph, watch: WatchSession, log: Log): HttpDoor => {
  const yoga = createGraphQlServer(graph, log);
  return async (request, response, { requestId, client, meter }) => {
    // Answers hold tokens and private text; no cache keeps them.
    response.setHeader('cache-control', 'no-store');
    // Also ends what runs for an answer that was complete without it, such as a refused kind of stream.
    const controller = new AbortController();
    response.on('close', () => controller.abort(OVER));
    const { signal } = controller;

    const early = rateError(await meter.prepay(1));
    if (early) return sendStudioError(response, early, requestId);
    if (request.method !== 'POST' && !isPreflighted(request.headers)) {
      return sendStudioError(response, new StudioError('BAD_REQUEST', NEEDS_HEADER), requestId);
    }
    const body = request.method === 'POST' ? await bodyOf(request, response, requestId) : null;
    if (body === undefined) return;
    const verdict = await graph.authenticate(shownBy(request.headers), requestId, signal);
    if (verdict.outcome === 'refused') {
      sendStudioError(response, verdict.error, requestId);
      return;
    }
    const limited = verdict.principal && rateError(await meter.identify(verdict.principal.userId));
    if (limited) return sendStudioError(response, limited, requestId);
    // Whatever runs, a long answer or a stream, ends with its session, and with the role that it was begun under.
    if (verdict.principal) endWithSession(controller, verdict.principal, watch);
    const requester: Requester = {
      requestId,
      principal: verdict.principal,
      client,
      signal,
      meter,
      showCost: request.headers[DEBUG] === 'cost',
      incremental: acceptsParts(request.headers.accept),
    };
    const direct = body === null ? undefined : await answerDirectly(graph, request, body, requester);
    if (direct) {
      if (!response.destroyed) sendJson(response, direct.status, direct.body, direct.headers);
      return;
    }
    const headers = Object.fromEntries(
      ['accept', 'content-type'].flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    // It has been read as what it is; Yoga knows fewer spellings of that.
    if (body !== null) headers['content-type'] = 'application/json';
    const answer = await yoga.fetch(
      `http://gateway${request.url ?? '/graphql'}`,
      { method: request.method ?? 'GET', headers, body },
      { requester },
    );
    const isStream = /^(text\/event-stream|multipart\/mixed)/.test(answer.headers.get('content-type') ?? '');
    // A stream ends with the credential that opened it, too.
    if (isStream && verdict.principal && !signal.aborted) {
      signal.addEventListener(
        'abort',
        atExpiry(verdict.principal.expiresAt, () => controller.abort()),
      );
    }
    // Yoga's streams say something weaker.
    answer.headers.set('cache-control', 'no-store');
    if (!response.destroyed) await sendResponse(response, answer);
  };
};
