import type { Subgraph } from '#mesh/service.ts';
import type { Message, Transport } from './transport.ts';

/** The bytes of a body, whose reader is released as soon as nobody wants more. */
const chunksOf = (body: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> => {
  const reader = body.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    return: () => {
      // The source is told; its answer to that is of no interest to anybody.
      reader.cancel().catch(() => undefined);
      return Promise.resolve({ done: true, value: undefined });
    },
  };
};

const NOTHING: AsyncIterator<Uint8Array> = { next: () => Promise.resolve({ done: true, value: undefined }) };

/** Reaches a subgraph that lives in this process. */
export const localTransport = (subgraph: Subgraph): Transport => {
  const handle = ({ headers, body, signal }: Message): Promise<Response> =>
    subgraph.handle({ headers: headers(), body, signal });
  return {
    post: async (message) => {
      const response = await handle(message);
      return { status: response.status, text: await response.text() };
    },
    open: async (message) => {
      const response = await handle(message);
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        chunks: response.body ? chunksOf(response.body) : NOTHING,
      };
    },
    readiness: () => subgraph.readiness(),
    metrics: () => subgraph.metrics(),
    queued: () => 0,
    close: () => Promise.resolve(),
  };
};
