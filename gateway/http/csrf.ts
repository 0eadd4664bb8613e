import type { IncomingHttpHeaders } from 'node:http';

/** A page can send these to another origin only after a CORS preflight. The first two are what has no other purpose. */
const PREFLIGHTED = [
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-requested-with',
  'authorization',
  'x-api-key',
] as const;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Whether a body is of a type that a page can send to another origin only after a preflight. */
export const isJson = ({ 'content-type': type }: IncomingHttpHeaders): boolean => JSON_TYPE.test(type ?? '');

/**
 * Whether a request is one that no page of another origin can cause in a browser unless CORS lets it: the rule of Apollo
 * Server's CSRF prevention. A form, an image or a script element sends neither of these headers.
 */
export const isPreflighted = (headers: IncomingHttpHeaders): boolean =>
  isJson(headers) || PREFLIGHTED.some((name) => (headers[name] ?? '') !== '');
