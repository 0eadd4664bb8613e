import type { Failure } from '#gateway/rpc/failures.ts';
import { errorBody } from './failures.ts';

/** How the clients of a family read a stream, and what went wrong. */
export interface Dialect {
  readonly name: 'OpenAI' | 'Responses' | 'Ollama';
  /** Media type of a stream. */
  readonly stream: 'text/event-stream' | 'application/x-ndjson';
  /** One payload as text of the stream. */
  readonly frame: (payload: unknown) => string;
  /** What comes after the last one. */
  readonly end: string;
  /** The body of a failure. */
  readonly failed: (failure: Failure) => object;
  /** The payload that ends a stream that fails. @param sent payloads that came before it */
  readonly cut: (failure: Failure, sent: number) => object;
}

/** One server-sent event. JSON holds no line break. */
const eventOf = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`;

/** Events without a name, and a mark at the end. */
export const OPENAI: Dialect = {
  name: 'OpenAI',
  stream: 'text/event-stream',
  frame: eventOf,
  end: 'data: [DONE]\n\n',
  failed: errorBody,
  cut: errorBody,
};

/** OpenAI's newer streams: events by the name that each payload has as its `type`; the last one is known by it. */
export const RESPONSES: Dialect = {
  name: 'Responses',
  stream: 'text/event-stream',
  // A payload that is no object has no name, and its event none.
  frame: (payload) => `event: ${Object(payload).type}\n${eventOf(payload)}`,
  end: '',
  failed: errorBody,
  cut: (failure, sent) => {
    const { message, code, param } = errorBody(failure).error;
    return { type: 'error', code, message, param, sequence_number: sent };
  },
};

const sentenceOf = ({ sentence, code }: Failure) => ({ error: sentence, code });

/** A line of JSON each; an error is a text, beside which stands our code. */
export const OLLAMA: Dialect = {
  name: 'Ollama',
  stream: 'application/x-ndjson',
  frame: (payload) => `${JSON.stringify(payload)}\n`,
  end: '',
  failed: sentenceOf,
  cut: sentenceOf,
};
