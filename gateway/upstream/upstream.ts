import { randomUUID } from 'node:crypto';
import type { OperationTypeNode } from 'graphql';
import type { SubgraphName } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { IDENTITY_HEADER, signIdentity, type Identity } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Readiness } from '#mesh/service.ts';
import { inSpan, traceHeaders } from '#mesh/trace.ts';
import { endable } from '../stream.ts';
import { parseAnswer, type Answer } from './answer.ts';
import { Circuit, type CircuitState } from './circuit.ts';
import { deadline, type Deadline } from './deadline.ts';
import { Flights } from './flights.ts';
import { isLong, LongWork, patienceOf } from './long-work.ts';
import { readEvents } from './sse.ts';
import { TransportFailure, type Message, type Reply, type StreamReply, type Transport } from './transport.ts';

export type { Answer } from './answer.ts';

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

/** Where things stand with a subgraph at the moment. */
export interface UpstreamState {
  readonly circuit: CircuitState;
  /** Requests that wait for their whole answer, or for the headers of a stream. */
  readonly inFlight: number;
  /** Of these, the ones that wait for a connection. */
  readonly queued: number;
  /** Streams that are open. */
  readonly streams: number;
}

/** An upstream that tells how it is. */
export interface ObservedUpstream extends Upstream {
  state(): UpstreamState;
  /** The subgraph's own page of metrics. Rejects when it gives none. */
  metrics(): Promise<string>;
}

/** How a request to a subgraph came out. `abandoned`: nobody waited for it any more. */
export type UpstreamOutcome =
  | 'answered'
  | 'strange'
  | 'unreachable'
  | 'broken'
  | 'too large'
  | 'refused'
  | 'late'
  | 'abandoned';

/** Keeps count of the requests to one subgraph. */
export interface UpstreamMeter {
  /** One came out so, a stream when it was opened. */
  ended(kind: Call['kind'], outcome: UpstreamOutcome, seconds: number): void;
  /** One was attempted again. */
  retried(): void;
  /** A stream that was open broke off. */
  streamBroke(): void;
}

const UNCOUNTED: UpstreamMeter = { ended: () => {}, retried: () => {}, streamBroke: () => {} };

const SECOND = 1_000;

/** Whether an answer was being generated; when its service dies, so does the model. */
const isChat = (service: SubgraphName, { kind, fields }: Call): boolean =>
  service === 'models' && kind !== 'query' && fields.includes('chat');

export interface UpstreamOptions {
  readonly name: SubgraphName;
  readonly transport: Transport;
  /** The key of purpose `identity`. */
  readonly key: Buffer;
  readonly log: Log;
  /** Overrides how long an answer, or the headers of a stream, may take. */
  readonly patienceMs?: number;
  readonly meter?: UpstreamMeter;
  /** The clock of the circuit. */
  readonly now?: () => number;
}

const outcomeOf = (error: unknown, limit: Deadline): UpstreamOutcome => {
  if (error instanceof TransportFailure) return error.kind;
  return limit.expired() ? 'late' : 'abandoned';
};

/** Signs, times, counts and shares the calls to one subgraph, and tells failures apart. */
export const createUpstream = ({
  name,
  transport,
  key,
  log,
  patienceMs,
  meter = UNCOUNTED,
  now = Date.now,
}: UpstreamOptions): ObservedUpstream => {
  const flights = new Flights<Reply>();
  const longWork = new LongWork();
  const circuit = new Circuit({
    now,
    onRetry: () => meter.retried(),
    onChange: (state) => log.warn({ subgraph: name, circuit: state }, 'a circuit has changed'),
  });
  let inFlight = 0;
  let streams = 0;

  const message = (call: Call, accept: string, signal: AbortSignal, onSent: () => void): Message => ({
    headers: () => {
      onSent();
      return {
        'content-type': 'application/json',
        accept,
        ...traceHeaders(),
        [IDENTITY_HEADER]: signIdentity(key, name, call.identity, call.body),
      };
    },
    body: call.body,
    signal,
    long: isLong(name, call),
  });

  const failed = (error: unknown, call: Call): unknown => {
    if (!(error instanceof TransportFailure)) return error;
    const { requestId } = call.identity;
    const { kind, cause, retryAfterSeconds } = error;
    log[kind === 'refused' ? 'debug' : 'warn'](
      { subgraph: name, requestId, kind, error: cause },
      'a subgraph gave no whole answer',
    );
    if (kind === 'broken' && isChat(name, call)) return new StudioError('MODEL_CRASHED');
    if (kind === 'too large')
      return new StudioError('SERVICE_UNAVAILABLE', 'An answer inside the studio is too large.');
    // Which part it is stands in the log and in /readyz, and is no business of strangers.
    return new StudioError(
      'SERVICE_UNAVAILABLE',
      undefined,
      retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    );
  };

  /** The answer to a status that GraphQL over HTTP does not give to a result. */
  const strange = (reply: Pick<Reply, 'status'>, call: Call): StudioError => {
    log.error(
      { subgraph: name, status: reply.status, requestId: call.identity.requestId },
      'a subgraph answered strangely',
    );
    if (reply.status === 413) return new StudioError('PAYLOAD_TOO_LARGE');
    return new StudioError('SERVICE_UNAVAILABLE', 'A part of the studio does not answer as it should.');
  };

  /** Sends a call once the circuit allows it, and counts it. */
  const send = async <T extends Pick<Reply, 'status'>>(
    call: Call,
    accept: string,
    limit: Deadline,
    by: (message: Message) => Promise<T>,
  ): Promise<T> => {
    let sent = false;
    const attempted = message(call, accept, limit.signal, () => {
      sent = true;
    });
    const attempt = (): Promise<T> => {
      sent = false;
      return by(attempted);
    };
    const begun = performance.now();
    let outcome: UpstreamOutcome = 'answered';
    inFlight += 1;
    try {
      const reply = await circuit.try(
        attempt,
        call.kind === 'query',
        limit.signal,
        // Whoever waits for a connection until the time is over has not asked the subgraph.
        () => sent && limit.expired(),
      );
      if (reply.status !== 200) outcome = 'strange';
      return reply;
    } catch (error) {
      outcome = outcomeOf(error, limit);
      throw error;
    } finally {
      inFlight -= 1;
      meter.ended(call.kind, outcome, (performance.now() - begun) / SECOND);
    }
  };

  const post = async (call: Call, parent: AbortSignal): Promise<Reply> => {
    // What has been given up before it was sent must not happen any more.
    parent.throwIfAborted();
    const limit = deadline(parent, patienceMs ?? patienceOf(name, call));
    try {
      return await inSpan('gateway.fetch', { 'devstudio.service': name }, () =>
        send(call, 'application/json', limit, (sent) => transport.post(sent)),
      );
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
    const begun = now();
    try {
      for await (const text of readEvents(reply.chunks)) {
        const answer = parseAnswer(text);
        if (!answer) throw strange(reply, call);
        yield answer;
      }
    } catch (error) {
      // A stream that we ended ourselves breaks, and nobody has to hear of it.
      if (ended.aborted) throw error;
      meter.streamBroke();
      if (error instanceof TransportFailure && error.kind === 'broken') circuit.broke(begun);
      throw failed(error, call);
    }
    return undefined;
  };

  return {
    name,
    readiness: () => transport.readiness(),
    close: () => transport.close(),
    state: () => ({ circuit: circuit.state, inFlight, queued: transport.queued(), streams }),
    metrics: () => {
      const nobody = { requestId: randomUUID(), caller: null, client: { address: null, userAgent: null } };
      return transport.metrics({ [IDENTITY_HEADER]: signIdentity(key, name, nobody, '') });
    },

    fetch: async (call) => {
      try {
        if (call.kind === 'query') {
          const caller = JSON.stringify(call.identity.caller);
          return read(await flights.join(`${caller} ${call.body}`, (signal) => post(call, signal), call.signal), call);
        }
        const ended = isLong(name, call) ? longWork.begin(call) : undefined;
        try {
          flights.forget();
          return read(await post(call, call.signal), call);
        } finally {
          ended?.();
          flights.forget();
        }
      } catch (error) {
        throw failed(error, call);
      }
    },

    subscribe: async (call) => {
      const limit = deadline(call.signal, patienceMs ?? patienceOf(name, call));
      try {
        const reply = await inSpan('gateway.fetch', { 'devstudio.service': name }, () =>
          send(call, 'text/event-stream', limit, (sent) => transport.open(sent)),
        );
        limit.relax();
        streams += 1;
        const end = (): void => {
          streams -= 1;
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
