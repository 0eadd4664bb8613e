import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How one file of the hub is served, where that differs from how it should be. */
export interface Behaviour {
  /** Answered to whoever asks for the file. */
  readonly status?: number;
  /** Only whoever brings this token gets it. */
  readonly token?: string;
  /** What it says of the file, right or wrong. */
  readonly saidBytes?: number;
  readonly saidSha256?: string | null;
  /** Where it sends to, in place of its own files. */
  readonly redirect?: string;
  /** After how many bytes each connection is cut; those after the last of the list are not. */
  readonly cuts?: readonly number[];
  /** After how many bytes it falls silent, until `release`. */
  readonly holdAfter?: number;
  /** It always sends the whole file. */
  readonly ignoresRanges?: boolean;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface TestHub {
  readonly url: string;
  /** Every request so far. */
  readonly seen: readonly Seen[];
  /** Bytes of files that were handed to the network. */
  sentBytes(): number;
  put(repository: string, file: string, content: Buffer, behaviour?: Behaviour): void;
  /** Lets go of what is held, and holds nothing any more. */
  release(): void;
  stop(): Promise<void>;
}

const PIECE = 65_536;

/** A local server that speaks the protocol of Hugging Face's hub: a redirect that tells size and hash, then ranges. */
export const startHub = async (): Promise<TestHub> => {
  const files = new Map<string, { readonly content: Buffer; readonly behaviour: Behaviour }>();
  const seen: Seen[] = [];
  const cuts = new Map<string, number>();
  let sent = 0;
  let held = Promise.withResolvers<void>();

  const resolve = (path: string, request: IncomingMessage, response: ServerResponse): void => {
    const file = files.get(path.replace('/resolve/main/', ':').slice(1));
    if (!file) return void response.writeHead(404).end();
    const { content, behaviour } = file;
    if (behaviour.status !== undefined) return void response.writeHead(behaviour.status).end();
    if (behaviour.token !== undefined && request.headers.authorization !== `Bearer ${behaviour.token}`) {
      return void response.writeHead(401).end();
    }
    const { saidBytes = content.length, saidSha256 = createHash('sha256').update(content).digest('hex') } = behaviour;
    response.writeHead(302, {
      location: behaviour.redirect ?? `/cdn${path}`,
      'x-linked-size': String(saidBytes),
      'x-linked-etag': saidSha256 === null ? '"a tag of git"' : `"${saidSha256}"`,
    });
    response.end();
  };

  const serve = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const file = files.get(path.replace('/resolve/main/', ':').slice('/cdn/'.length));
    if (!file) return void response.writeHead(404).end();
    const { content, behaviour } = file;
    const from = behaviour.ignoresRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': content.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    const connection = cuts.get(path) ?? 0;
    cuts.set(path, connection + 1);
    const cut = behaviour.cuts?.[connection] ?? Infinity;
    const hold = behaviour.holdAfter ?? Infinity;
    const pieces = async function* (): AsyncGenerator<Buffer, void, undefined> {
      for (let at = from; at < content.length;) {
        if (at - from >= cut) throw new Error('cut');
        if (at >= hold) await held.promise;
        const end = Math.min(at + PIECE, from + cut, at < hold ? hold : Infinity, content.length);
        yield content.subarray(at, end);
        sent += end - at;
        at = end;
      }
    };
    await pipeline(Readable.from(pieces(), { highWaterMark: 1 }), response);
  };

  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    seen.push({ method, path, range: headers.range, authorization: headers.authorization });
    if (path.startsWith('/cdn/')) serve(path, request, response).catch(() => response.destroy());
    else resolve(path, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hub has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    sentBytes: () => sent,
    put: (repository, file, content, behaviour = {}) => void files.set(`${repository}:${file}`, { content, behaviour }),
    release: () => {
      held.resolve();
      for (const [
        name,
        {
          content,
          behaviour: { holdAfter: _, ...rest },
        },
      ] of files) {
        files.set(name, { content, behaviour: rest });
      }
      held = Promise.withResolvers<void>();
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
