import { Agent, request, type Dispatcher } from 'undici';
import { guardedLookup } from './address.ts';

export interface Patience {
  readonly connectMs: number;
  /** Until an answer begins: a server may read the whole prompt before. */
  readonly beginMs: number;
  /** Between two pieces of an answer. */
  readonly silenceMs: number;
}

const PATIENCE: Patience = { connectMs: 5_000, beginMs: 180_000, silenceMs: 60_000 };
const MOST_PROBLEM_BYTES = 65_536;
const MOST_HEADER_BYTES = 16_384;

export type Response = Dispatcher.ResponseData;

/** The way to a model's servers. Redirects are not followed: a key would go wherever one leads. */
export interface Transport {
  /** @throws the signal's reason; undici's errors */
  post(url: string, body: object, signal: AbortSignal): Promise<Response>;
  /** Waits no longer than for a connection. @throws undici's errors */
  get(url: string): Promise<Response>;
  close(): Promise<void>;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
/** Whether a server was given up for its silence. */
export const isLate = (error: unknown): boolean => /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(codeOf(error));

/** The beginning of a body, as far as it is read to be understood. */
export const beginningOf = async (body: AsyncIterable<unknown>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_PROBLEM_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_PROBLEM_BYTES).toString();
};

export const openTransport = (key: string | undefined, patience: Patience = PATIENCE): Transport => {
  const agentFor = (encrypted: boolean): Agent =>
    new Agent({
      connect: { timeout: patience.connectMs, lookup: guardedLookup(encrypted) },
      headersTimeout: patience.beginMs,
      bodyTimeout: patience.silenceMs,
      maxHeaderSize: MOST_HEADER_BYTES,
    });
  const agents = { encrypted: agentFor(true), open: agentFor(false) };
  const send = (method: 'GET' | 'POST', url: string, body: object | null, signal: AbortSignal): Promise<Response> =>
    request(url, {
      method,
      dispatcher: url.startsWith('https:') ? agents.encrypted : agents.open,
      headers: {
        'user-agent': 'cyberdevstudio',
        'accept-encoding': 'identity',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: body && JSON.stringify(body),
      signal,
    });
  return {
    post: (url, body, signal) => send('POST', url, body, signal),
    get: (url) => send('GET', url, null, AbortSignal.timeout(patience.connectMs)),
    close: async () => {
      await Promise.all([agents.encrypted.destroy(), agents.open.destroy()]);
    },
  };
};
