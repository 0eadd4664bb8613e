import { Pool, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { Readiness } from '#mesh/service.ts';
import { Lane } from './lane.ts';
import { MAX_ANSWER_BYTES, TransportFailure, type Message, type Reply, type Transport } from './transport.ts';

const CONNECTIONS = 64;
/** Answers that take minutes have connections of their own, lest they keep those from everybody else. */
const LONG = 1_024;
/** Each open subscription holds a connection of its own. */
const STREAMS = 2_048;
/** Whether a subgraph is ready is asked when all else is taken, too. */
const OBSERVERS = 4;
/** Subgraphs send a comment every 12 s; a stream that is silent for this long has lost its other end. */
const SILENCE_MS = 60_000;
const READINESS_MS = 2_000;
/** A page of metrics is far smaller. */
const MAX_METRICS_BYTES = 4 * 1_048_576;

const isNobodyListening = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(error.code);

const failure = (error: unknown): TransportFailure =>
  error instanceof TransportFailure
    ? error
    : new TransportFailure(isNobodyListening(error) ? 'unreachable' : 'broken', error);

const ReadinessAnswer: z.ZodType<Readiness> = z.discriminatedUnion('ready', [
  z.object({ ready: z.literal(true) }),
  z.object({ ready: z.literal(false), missing: z.array(z.object({ what: z.string(), mend: z.string() })) }),
]);

/** One POST and its whole answer. `dispatch` with an own handler costs a third less than `request`. */
const post = (pool: Pool, message: Message): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { signal, body } = message;
    const headers = message.headers();
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let size = 0;
    const chunks: Buffer[] = [];
    const abort = (): void => {
      reject(signal.reason);
      controller?.abort(new Error('nobody waits for this answer any more'));
    };
    const settle = (done: () => void): void => {
      signal.removeEventListener('abort', abort);
      done();
    };
    const refuse = (): void => {
      settle(() => reject(new TransportFailure('too large')));
      controller?.abort(new Error('the answer is too large'));
    };
    signal.addEventListener('abort', abort);
    pool.dispatch(
      { path: '/graphql', method: 'POST', headers, body },
      {
        onRequestStart: (started) => {
          controller = started;
          if (signal.aborted) abort();
        },
        onResponseStart: (_, code, { 'content-length': length }) => {
          status = code;
          if (Number(length) > MAX_ANSWER_BYTES) refuse();
        },
        onResponseData: (_, chunk) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) refuse();
          else chunks.push(chunk);
        },
        onResponseEnd: () => settle(() => resolve({ status, text: Buffer.concat(chunks).toString() })),
        onResponseError: (_, error) => settle(() => reject(failure(error))),
      },
    );
  });

/** The bytes of a stream; the connection ends with it, at whatever moment that is. */
const chunksOf = (body: Dispatcher.ResponseData['body']): AsyncIterator<Uint8Array> => {
  // Ended by us, undici's body reports it as an error to nobody.
  body.on('error', () => undefined);
  const iterator = body[Symbol.asyncIterator]();
  return {
    next: async () => {
      try {
        const { done, value } = await iterator.next();
        // A Readable without an encoding gives Buffers.
        return done === true ? { done: true, value: undefined } : { done: false, value: value as Buffer };
      } catch (error) {
        throw failure(error);
      }
    },
    return: () => {
      body.destroy();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
};

/** Connections, and the places on them. Who waits does so here and not in the pool: nothing of it is made yet. */
interface Way {
  readonly pool: Pool;
  readonly lane: Lane;
}

/**
 * Reaches a subgraph over HTTP: a pool of connections for what is short, one for what takes long, one for streams.
 * @param url where the subgraph serves, without `/graphql`
 */
export const httpTransport = (url: string): Transport => {
  const { origin } = new URL(url);
  // The gateway keeps the time of a request itself; a mutation may take minutes before its first byte.
  const patient = { headersTimeout: 0, connect: { timeout: 5_000 } };
  const openWay = (connections: number, bodyTimeout: number): Way => ({
    pool: new Pool(origin, { ...patient, connections, bodyTimeout }),
    lane: new Lane(connections),
  });
  const short = openWay(CONNECTIONS, 0);
  const long = openWay(LONG, 0);
  const streams = openWay(STREAMS, SILENCE_MS);
  const observers = new Pool(origin, { ...patient, connections: OBSERVERS });
  return {
    post: async (message) => {
      const { pool, lane } = message.long ? long : short;
      const leave = await lane.enter(message.signal);
      try {
        // Given up meanwhile, it must not happen any more.
        message.signal.throwIfAborted();
        return await post(pool, message);
      } finally {
        leave();
      }
    },
    open: async ({ headers, body, signal }) => {
      const leave = await streams.lane.enter(signal);
      try {
        const asked = { path: '/graphql', method: 'POST', headers: headers(), body, signal } as const;
        const answer = await streams.pool.request(asked);
        answer.body.once('close', leave);
        return {
          status: answer.statusCode,
          contentType: String(answer.headers['content-type'] ?? ''),
          chunks: chunksOf(answer.body),
        };
      } catch (error) {
        leave();
        signal.throwIfAborted();
        throw failure(error);
      }
    },
    readiness: async () => {
      try {
        const answer = await observers.request({
          path: '/readyz',
          method: 'GET',
          headersTimeout: READINESS_MS,
          bodyTimeout: READINESS_MS,
          signal: AbortSignal.timeout(READINESS_MS),
        });
        return ReadinessAnswer.parse(await answer.body.json());
      } catch {
        return {
          ready: false,
          missing: [{ what: 'it is not reachable', mend: 'start it, or set its URL to where it is' }],
        };
      }
    },
    metrics: async (headers) => {
      const answer = await observers.request({
        path: '/metrics',
        method: 'GET',
        headers,
        headersTimeout: READINESS_MS,
        bodyTimeout: READINESS_MS,
        signal: AbortSignal.timeout(READINESS_MS),
      });
      const chunks: Buffer[] = [];
      let size = 0;
      // A Readable without an encoding gives Buffers.
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_METRICS_BYTES) throw new TransportFailure('too large');
        chunks.push(chunk);
      }
      if (answer.statusCode !== 200) throw new TransportFailure('broken');
      return Buffer.concat(chunks).toString();
    },
    queued: () => short.lane.waiting + long.lane.waiting + streams.lane.waiting,
    close: async () => {
      await Promise.all([short.pool, long.pool, streams.pool, observers].map((pool) => pool.destroy()));
    },
  };
};
