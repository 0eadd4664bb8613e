import { Agent, request, type Dispatcher } from 'undici';
import { failureOfStatus, final, transient } from './failure.ts';
import { mayFetch } from './hosts.ts';
import type { Source } from './source.ts';

/** What the hub says of a file before it is fetched. */
export interface Described {
  readonly totalBytes: number;
  /** Of the content; null where the hub does not say. */
  readonly sha256: string | null;
  /** Equal as long as the file stays the same; null where the hub does not say. */
  readonly version: string | null;
}

export interface Hub {
  /** @throws DownloadFailure; the signal's reason */
  describe(source: Source, signal: AbortSignal): Promise<Described>;
  /**
   * Reads the file from a byte on.
   * @returns where it really begins, at 0 where the hub knows no ranges, and its bytes
   * @throws DownloadFailure, while it is read too; the signal's reason
   */
  read(source: Source, from: number, signal: AbortSignal): Promise<{ from: number; chunks: AsyncIterable<Uint8Array> }>;
  close(): Promise<void>;
}

export interface HubOptions {
  /** No slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** How long the hub may say nothing, in milliseconds. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 30_000;
const CONNECT_MS = 10_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

type Answer = Dispatcher.ResponseData;

const headerOf = ({ headers }: Answer, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
};
/** Without the quotation marks, and the sign of a weak one. */
const tagOf = (text: string | undefined): string | null => text?.replace(/^(?:W\/)?"|"$/g, '') ?? null;
const countOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
/** The tag of a small file is a hash of Git's. */
const sha256In = (tag: string | null): string | null => (tag !== null && /^[0-9a-f]{64}$/.test(tag) ? tag : null);

/** An error of a connection is one that may pass; that somebody has ended it is not. */
const failureOf = (error: unknown, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return transient(`The hub cannot be reached, or has stopped answering${code}.`);
};

async function* chunksOf(body: Answer['body'], signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    throw failureOf(error, signal);
  }
}

/** A hub that speaks Hugging Face's protocol. The token goes to its own origin only. */
export const openHub = ({ endpoint, token, silenceMs = SILENCE_MS }: HubOptions): Hub => {
  const base = new URL(endpoint);
  const agent = new Agent({ connect: { timeout: CONNECT_MS }, headersTimeout: silenceMs, bodyTimeout: silenceMs });
  const addressOf = ({ repository, file }: Source): URL => new URL(`${endpoint}/${repository}/resolve/main/${file}`);
  const nameOf = ({ repository, file }: Source): string => `${repository}:${file}`;

  const ask = async (
    method: 'HEAD' | 'GET',
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const authorization = token !== undefined && url.origin === base.origin ? { authorization: `Bearer ${token}` } : {};
    try {
      return await request(url, {
        dispatcher: agent,
        method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'cyberdevstudio', ...headers, ...authorization },
        signal,
      });
    } catch (error) {
      throw failureOf(error, signal);
    }
  };

  /** Goes where the hub sends, as long as it is allowed; `enough` ends the way early. */
  const follow = async (
    method: 'HEAD' | 'GET',
    source: Source,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    enough: (answer: Answer) => boolean = () => false,
  ): Promise<Answer> => {
    let url = addressOf(source);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await ask(method, url, headers, signal);
      const { statusCode: status } = answer;
      if (status === 200 || status === 206 || (REDIRECTS.has(status) && enough(answer))) return answer;
      // Nobody reads the rest; a hub that goes on speaking is hung up on.
      answer.body.on('error', () => {}).destroy();
      if (!REDIRECTS.has(status)) throw failureOfStatus(status, nameOf(source));
      const location = headerOf(answer, 'location');
      if (location === undefined || !URL.canParse(location, url)) throw final('The hub redirects to nowhere.');
      url = new URL(location, url);
      if (!mayFetch(url, base)) throw final(`The hub redirects to ${url.host}, which is not among the allowed hosts.`);
    }
    throw final('The hub redirects too often.');
  };

  return {
    describe: async (source, signal) => {
      const linked = (answer: Answer): boolean => headerOf(answer, 'x-linked-size') !== undefined;
      const answer = await follow('HEAD', source, {}, signal, linked);
      answer.body.on('error', () => {}).destroy();
      const totalBytes = countOf(headerOf(answer, 'x-linked-size') ?? headerOf(answer, 'content-length'));
      if (totalBytes === null) throw final(`The hub does not say how large ${nameOf(source)} is.`);
      const tag = tagOf(headerOf(answer, 'x-linked-etag') ?? headerOf(answer, 'etag'));
      return { totalBytes, sha256: sha256In(tag), version: tag === null ? null : `${totalBytes} ${tag.slice(0, 200)}` };
    },
    read: async (source, from, signal) => {
      const answer = await follow('GET', source, from === 0 ? {} : { range: `bytes=${from}-` }, signal);
      const begin =
        answer.statusCode === 206 ? /^bytes (\d+)-/.exec(headerOf(answer, 'content-range') ?? '')?.[1] : '0';
      const chunks = chunksOf(answer.body, signal);
      if (begin !== '0' && begin !== String(from)) {
        answer.body.on('error', () => {}).destroy();
        throw final('The hub answers with another part of the file than was asked for.');
      }
      return { from: Number(begin), chunks };
    },
    close: () => agent.destroy(),
  };
};
