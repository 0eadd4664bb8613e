import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Log } from '#mesh/log.ts';

const HEADERS = {
  // Reverse proxies that gather an answer would give a stream away at its end.
  'x-accel-buffering': 'no',
};

/** A client that takes nothing for so long has gone without a word. */
const PATIENCE_MS = 60_000;

/** Waits until the client has taken what there is; gives it up where it does not, and stops waiting where the stream ends. */
const drained = async (response: ServerResponse, signal: AbortSignal): Promise<void> => {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, patience]) });
  } catch (error) {
    if (patience.aborted) response.destroy();
    else if (!signal.aborted) throw error;
  }
};

/**
 * Sends a stream of events, asking for the next one only when the client takes what there is.
 * @param type media type of the stream
 * @param signal aborts when the stream shall end, be it that nobody reads any more
 */
export const sendEvents = async (
  response: ServerResponse,
  type: string,
  events: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> => {
  response.writeHead(200, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
  for await (const event of events) {
    if (response.destroyed) return;
    if (!response.write(event)) await drained(response, signal);
  }
  response.end();
};

/**
 * Sends a file as it comes, asking for the next bytes only when the client takes what there is. One that cannot be whole
 * any more is broken off, so that nobody takes it for whole.
 * @param signal as for events
 */
export const sendFile = async (
  response: ServerResponse,
  { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: AsyncIterable<Buffer> },
  signal: AbortSignal,
  log: Log,
): Promise<void> => {
  response.writeHead(200, {
    ...HEADERS,
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
  });
  try {
    for await (const chunk of bytes) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await drained(response, signal);
    }
    response.end();
  } catch (error) {
    if (!signal.aborted) log.warn({ error }, 'a file was broken off');
    response.destroy();
  }
};
