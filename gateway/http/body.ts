import type { IncomingHttpHeaders } from 'node:http';
import { isJson } from './csrf.ts';

/** What is wrong with the kind of a posted body, in a sentence for 415; undefined for JSON as it is. */
export const flawOfBody = (headers: IncomingHttpHeaders): string | undefined => {
  // A form or plain text can be posted by any page of the web; JSON only by one that CORS lets through, and none is.
  if (!isJson(headers)) return 'Send a body of application/json.';
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return coding === '' || coding === 'identity' ? undefined : 'Send the body without a Content-Encoding.';
};
