import type { OperationTypeNode } from 'graphql';
import type { SubgraphName } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { IDENTITY_HEADER, signIdentity, type Identity } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Readiness } from '#mesh/service.ts';
import { traceHeaders } from '#mesh/trace.ts';
import { isObject, type JsonObject } from '../json.ts';
import { endable } from '../stream.ts';
import { Flights } from './flights.ts';
import { readEvents } from './sse.ts';
import { TransportFailure, type Message, type Reply, type StreamReply, type Transport } from './transport.ts';

/** One operation for one subgraph, as the plan has it. */
export interface Call {
  readonly kind: `${OperationTypeNode}`;
  /** JSON: query, operationName, variables. */
  readonly body: string;
  /** Names of the operation's root fields. */
  readonly fields: readonly string[];
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

/** What a subgraph answers, unchecked but for being JSON of this form. */
export interface Answer {
  readonly data?: JsonObject | null;
  readonly errors?: readonly unknown[];
}

/** A subgraph as the runner sees it, wherever it lives. */
export interface Upstream {
  readonly name: SubgraphName;
  /** @throws StudioError when there is no answer: SERVICE_UNAVAILABLE, TIMEOUT, MODEL_CRASHED … */
  fetch(call: Call): Promise<Answer>;
  /** Opens a stream, whose `next` rejects with a StudioError when it breaks. @throws StudioError */
  subscribe(call: Call): Promise<AsyncGenerator<Answer, undefined>>;
  readiness(): Promise<Readiness>;
  close(): Promise<void>;
}

const SECOND = 1_000;
/** A query or mutation has this long for its whole answer, a stream for its headers. */
const PATIENCE_MS = 30 * SECOND;
/** Loading a model or generating a long answer on a slow machine. */
const INFERENCE_PATIENCE_MS = 600 * SECOND;

const patienceOf = (service: SubgraphName, { kind }: Call): number =>
  service === 'models' && kind === 'mutation' ? INFERENCE_PATIENCE_MS : PATIENCE_MS;

/** Whether an answer was being generated; when its service dies, so does the model. */
const isChat = (service: SubgraphName, { kind, fields }: Call): boolean =>
  service === 'models' && kind !== 'query' && fields.includes('chat');

/** Aborts with its parent, or with a TIMEOUT of its own; `stop` frees the timer. */
const deadline = (parent: AbortSignal, ms: number) => {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  const timer = setTimeout(() => controller.abort(new StudioError('TIMEOUT')), ms);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow);
  return {
    signal: controller.signal,
    /** Ends it now. */
    abort: () => controller.abort(),
    /** From now on only the parent or `abort` ends it. */
    relax: () => clearTimeout(timer),
    stop: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
};

const parseAnswer = (text: string): Answer | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { data, errors } = value;
    if (data !== undefined && data !== null && !isObject(data)) return undefined;
    if (errors !== undefined && !Array.isArray(errors)) return undefined;
    if (data === undefined && errors === undefined) return undefined;
    return { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) };
  } catch {
    return undefined;
  }
};

export interface UpstreamOptions {
  readonly name: SubgraphName;
  readonly transport: Transport;
  /** The key of purpose `identity`. */
  readonly key: Buffer;
  readonly log: Log;
  /** Overrides how long an answer, or the headers of a stream, may take. */
  readonly patienceMs?: number;
}

/** Signs, times and shares the calls to one subgraph, and tells failures apart. */
export const createUpstream = ({ name, transport, key, log, patienceMs }: UpstreamOptions): Upstream => {
  const flights = new Flights<Reply>();

  const message = (call: Call, accept: string, signal: AbortSignal): Message => ({
    headers: {
      'content-type': 'application/json',
      accept,
      ...traceHeaders(),
      [IDENTITY_HEADER]: signIdentity(key, name, call.identity, call.body),
    },
    body: call.body,
    repeatable: call.kind === 'query',
    signal,
  });

  const failed = (error: unknown, call: Call): unknown => {
    if (!(error instanceof TransportFailure)) return error;
    const { requestId } = call.identity;
    log.warn({ subgraph: name, requestId, kind: error.kind, error: error.cause }, 'a subgraph gave no whole answer');
    if (error.kind === 'broken' && isChat(name, call)) return new StudioError('MODEL_CRASHED');
    if (error.kind === 'too large') {
      return new StudioError('SERVICE_UNAVAILABLE', 'An answer inside the studio is too large.');
    }
    return new StudioError('SERVICE_UNAVAILABLE', `The ${name} service is not reachable at the moment.`);
  };

  /** The answer to a status that GraphQL over HTTP does not give to a result. */
  const strange = (reply: Pick<Reply, 'status'>, call: Call): StudioError => {
    log.error(
      { subgraph: name, status: reply.status, requestId: call.identity.requestId },
      'a subgraph answered strangely',
    );
    if (reply.status === 413) return new StudioError('PAYLOAD_TOO_LARGE');
    return new StudioError('SERVICE_UNAVAILABLE', `The ${name} service does not answer as it should.`);
  };

  const post = async (call: Call, parent: AbortSignal): Promise<Reply> => {
    // What has been given up before it was sent must not happen any more.
    parent.throwIfAborted();
    const limit = deadline(parent, patienceMs ?? patienceOf(name, call));
    try {
      return await transport.post(message(call, 'application/json', limit.signal));
    } finally {
      limit.stop();
    }
  };

  const read = (reply: Reply, call: Call): Answer => {
    const answer = reply.status === 200 ? parseAnswer(reply.text) : undefined;
    if (!answer) throw strange(reply, call);
    return answer;
  };

  const events = async function* (
    reply: StreamReply,
    call: Call,
    ended: AbortSignal,
  ): AsyncGenerator<Answer, undefined> {
    try {
      for await (const text of readEvents(reply.chunks)) {
        const answer = parseAnswer(text);
        if (!answer) throw strange(reply, call);
        yield answer;
      }
    } catch (error) {
      // A stream that we ended ourselves breaks, and nobody has to hear of it.
      throw ended.aborted ? error : failed(error, call);
    }
    return undefined;
  };

  return {
    name,
    readiness: () => transport.readiness(),
    close: () => transport.close(),

    fetch: async (call) => {
      try {
        if (call.kind === 'query') {
          const caller = JSON.stringify(call.identity.caller);
          return read(await flights.join(`${caller} ${call.body}`, (signal) => post(call, signal), call.signal), call);
        }
        try {
          flights.forget();
          return read(await post(call, call.signal), call);
        } finally {
          flights.forget();
        }
      } catch (error) {
        throw failed(error, call);
      }
    },

    subscribe: async (call) => {
      const limit = deadline(call.signal, patienceMs ?? PATIENCE_MS);
      try {
        const reply = await transport.open(message(call, 'text/event-stream', limit.signal));
        limit.relax();
        const end = (): void => {
          limit.stop();
          limit.abort();
          // Gives up the connection; there is nothing to wait for.
          void reply.chunks.return?.();
        };
        if (reply.status !== 200 || !reply.contentType.startsWith('text/event-stream')) {
          end();
          throw strange(reply, call);
        }
        return endable(events(reply, call, limit.signal), end);
      } catch (error) {
        limit.stop();
        throw failed(error, call);
      }
    },
  };
};
