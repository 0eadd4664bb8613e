import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigurationError, reachable } from './config.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import type { Log } from './log.ts';
import type { Readiness } from './service.ts';

/** The longest request body that any door takes, in bytes. */
export const MAX_BODY_BYTES = 1_048_576;

const PATIENCE_MS = 60_000;
/** How long an answer of `/readyz` holds. */
const READINESS_MS = 1_000;

export interface ServeOptions {
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The variable that sets the port, named in the error when the port is taken. */
  readonly portVariable: string;
  readonly log: Log;
  readonly readiness: () => Promise<Readiness>;
  /**
   * How much of its health a request is told: `whole`, or nothing that names a part (`short`). `answered` when it was
   * refused, and has its answer. Everybody is told all when left out.
   */
  readonly showHealth?: (request: IncomingMessage, response: ServerResponse) => Promise<'whole' | 'short' | 'answered'>;
  /** Answers every request but `/healthz` and `/readyz`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** How long an answer waits for a client that takes nothing of it, in ms. */
  readonly patienceMs?: number;
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Served {
  readonly url: string;
  readonly port: number;
  /** Takes no new connection, lets running answers finish, and cuts what is still open after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** Answers with JSON. */
export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
};

/** Answers with an error of the table, in GraphQL's shape. */
export const sendError = (
  response: ServerResponse,
  code: ErrorCode,
  requestId?: string,
  sentence: string = ERRORS[code].sentence,
): void => {
  const { status, mend } = ERRORS[code];
  sendJson(response, status, { errors: [{ message: sentence, extensions: { code, mend, requestId } }] });
};

export type Body =
  | { readonly outcome: 'read'; readonly text: string }
  | { readonly outcome: 'too large' }
  | { readonly outcome: 'aborted' };

/** Reads a body of at most `limit` bytes; a longer one is refused as soon as it is seen to be longer. */
export const readBody = (request: IncomingMessage, limit: number = MAX_BODY_BYTES): Promise<Body> =>
  new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      request.resume();
      resolve({ outcome: 'too large' });
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        chunks.length = 0;
        resolve({ outcome: 'too large' });
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve({ outcome: 'read', text: Buffer.concat(chunks).toString() }));
    request.on('close', () => resolve({ outcome: 'aborted' }));
    request.on('error', () => resolve({ outcome: 'aborted' }));
  });

/** Aborts when the client goes away before its answer is complete. */
export const signalOf = (response: ServerResponse): AbortSignal => {
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
};

/** Sends a Fetch API response, waiting for a slow reader instead of buffering for it. */
export const sendResponse = async (response: ServerResponse, answer: Response): Promise<void> => {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (!answer.body) {
    response.end();
    return;
  }
  const reader = answer.body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  response.on('close', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.destroyed) break;
      if (!response.write(value)) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            response.off('drain', go);
            response.off('close', go);
            resolve();
          };
          response.on('drain', go);
          response.on('close', go);
        });
      }
    }
    response.end();
  } catch (error) {
    // An answer that breaks off must not look complete.
    response.destroy();
    throw error;
  } finally {
    response.off('close', cancel);
  }
};

/**
 * Listens, with the two health routes that every service has.
 * @throws ConfigurationError when the port is taken or may not be used
 */
export const serve = async (options: ServeOptions): Promise<Served> => {
  const { log } = options;
  let stopping = false;

  /** Shared by all that ask within a second: to find it out is work for others. */
  let asked: { readonly at: number; readonly state: Promise<Readiness> } | undefined;
  const readiness = (): Promise<Readiness> => {
    const now = performance.now();
    if (asked && now - asked.at < READINESS_MS) return asked.state;
    asked = { at: now, state: options.readiness() };
    return asked.state;
  };

  const health = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const shown = (await options.showHealth?.(request, response)) ?? 'whole';
    if (shown === 'answered') return undefined;
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok', service: options.name });
    const state: Readiness = stopping
      ? { ready: false, missing: [{ what: options.name, mend: 'it is stopping' }] }
      : await readiness();
    const body = shown === 'whole' ? state : { ready: state.ready };
    sendJson(response, state.ready ? 200 : 503, { service: options.name, ...body });
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    // What waits for a client is held in memory. One that is waiting itself, for its answer, has nothing to take.
    response.setTimeout(options.patienceMs ?? PATIENCE_MS, () => {
      const { socket } = request;
      if (socket.writableLength === 0) return;
      log.debug({ path }, 'a client takes nothing of its answer');
      socket.destroy();
    });
    // A connection that is kept alive after its last answer would hold up the stop.
    response.on('close', () => {
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    const answer =
      path === '/healthz' || path === '/readyz' ? health(path, request, response) : options.handle(request, response);
    answer.catch((error: unknown) => {
      // The work for a client who has gone away is aborted, which it says by throwing.
      if (response.destroyed && !response.writableFinished) return log.debug({ path }, 'a client went away');
      log.error({ error, path }, 'a request failed unexpectedly');
      if (response.headersSent) response.destroy();
      else sendError(response, 'INTERNAL_SERVER_ERROR');
    });
  });
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  const { upgrade } = options;
  if (upgrade) {
    server.on('upgrade', (request, socket, head) => {
      // HTTP has let go of the socket; a reset of it would otherwise end the process.
      socket.on('error', (error) => log.debug({ error: error.message }, 'a client went away'));
      upgrade(request, socket, head);
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${options.host}:${options.port}`;
      if (error.code === 'EADDRINUSE') {
        reject(
          new ConfigurationError(
            `${where} is taken by another program: set ${options.portVariable} to a free port, or end that program.`,
          ),
        );
      } else if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
        reject(
          new ConfigurationError(
            `cannot listen on ${where} (${error.code}): set DEVSTUDIO_HOST and ${options.portVariable} to an address of this machine.`,
          ),
        );
      } else reject(error);
    });
    server.listen(options.port, options.host, resolve);
  });
  // A listening TCP server has an AddressInfo; only pipes have a string.
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://${reachable(options.host)}:${port}`,
    stop: (graceMs = 5_000) => {
      stopping = true;
      return new Promise<void>((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
};
