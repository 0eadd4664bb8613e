import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = 'GET, POST';
const HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'x-api-key',
  'x-request-id',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-requested-with',
  'x-devstudio-debug',
].join(', ');
const EXPOSED = 'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset';
/** Seconds for which a browser need not ask again. */
const MAX_AGE = 600;

/** Lets the pages of some origins read an answer; true when the request was a preflight, which is then answered. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * CORS for exact origins. Credentials travel in headers that a page has to know, never in cookies, so none are allowed.
 * @param origins none keeps it closed: nothing is said, and browsers then keep every answer from other origins
 */
export const createCors = (origins: readonly string[]): Cors => {
  const known = new Set(origins);
  return (request, response) => {
    if (known.size === 0) return false;
    response.setHeader('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !known.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', EXPOSED);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
    response
      .writeHead(204, {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': String(MAX_AGE),
      })
      .end();
    return true;
  };
};
