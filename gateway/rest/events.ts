import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Reverse proxies that gather an answer would give a stream away at its end.
  'x-accel-buffering': 'no',
};

/** One server-sent event. JSON holds no line break. */
export const eventOf = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`;

/** What OpenAI ends a stream with. */
export const DONE = 'data: [DONE]\n\n';

/**
 * Sends a stream of events, asking for the next one only when the client takes what there is.
 * @param signal aborts when nobody reads any more
 */
export const sendEvents = async (
  response: ServerResponse,
  events: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> => {
  response.writeHead(200, HEADERS);
  for await (const event of events) {
    if (response.destroyed) return;
    if (!response.write(event)) await once(response, 'drain', { signal });
  }
  response.end();
};
