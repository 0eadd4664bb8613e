/** The most requests that one batch may hold. */
export const MAX_BATCH = 50;

export type Id = string | number | null;

/** One request of a message, as far as the protocol goes; its method and params are not looked at yet. */
export type Call =
  | {
      readonly outcome: 'valid';
      readonly id: Id;
      /** Nobody wants an answer, not even to an error. */
      readonly notification: boolean;
      readonly method: string;
      readonly params: unknown;
    }
  /** `reason` is a sentence. */
  | { readonly outcome: 'invalid'; readonly id: Id; readonly reason: string };

export type Message =
  | { readonly outcome: 'no JSON' }
  | { readonly outcome: 'single'; readonly call: Call }
  | { readonly outcome: 'batch'; readonly calls: readonly Call[] }
  /** A batch that is answered by one error. `reason` is a sentence. */
  | { readonly outcome: 'refused'; readonly reason: string };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is Id =>
  value === null || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

const parseJson = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

const callFrom = (value: unknown): Call => {
  if (!isObject(value)) return { outcome: 'invalid', id: null, reason: 'A request is an object.' };
  const hasId = Object.hasOwn(value, 'id');
  const { jsonrpc, method, id = null, params = {} } = value;
  if (!isId(id)) return { outcome: 'invalid', id: null, reason: 'An id is a text, a number or null.' };
  if (jsonrpc !== '2.0') return { outcome: 'invalid', id, reason: 'The member "jsonrpc" must be "2.0".' };
  if (typeof method !== 'string') return { outcome: 'invalid', id, reason: 'The member "method" must be a text.' };
  if (typeof params !== 'object' || params === null) {
    return { outcome: 'invalid', id, reason: 'The member "params" must be an object.' };
  }
  return { outcome: 'valid', id, notification: !hasId, method, params };
};

/** Decides what a body of `POST /rpc` is: a request, a notification or a batch of them. */
export const parseMessage = (text: string): Message => {
  const json = parseJson(text);
  if (!json) return { outcome: 'no JSON' };
  if (!Array.isArray(json.value)) return { outcome: 'single', call: callFrom(json.value) };
  if (json.value.length === 0) return { outcome: 'refused', reason: 'A batch holds one request at least.' };
  if (json.value.length > MAX_BATCH) {
    return { outcome: 'refused', reason: `A batch holds at most ${MAX_BATCH} requests.` };
  }
  return { outcome: 'batch', calls: json.value.map(callFrom) };
};

/**
 * Decides what a body of `POST /rpc/<method>` is: a whole request, which names its version, or the bare params.
 * No body at all means no params.
 */
export const parseDirect = (text: string, method: string): Extract<Message, { outcome: 'no JSON' | 'single' }> => {
  const json = text.trim() === '' ? { value: {} } : parseJson(text);
  if (!json) return { outcome: 'no JSON' };
  const { value } = json;
  if (!isObject(value) || !Object.hasOwn(value, 'jsonrpc')) {
    return { outcome: 'single', call: { outcome: 'valid', id: null, notification: false, method, params: value } };
  }
  const call = callFrom(value);
  if (call.outcome === 'valid' && call.method !== method) {
    const reason = 'The method of the request is not the one of the address.';
    return { outcome: 'single', call: { outcome: 'invalid', id: call.id, reason } };
  }
  return { outcome: 'single', call };
};
