import type { Readiness } from '#mesh/service.ts';

/** What is sent to a subgraph: POST, JSON in UTF-8. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The same message may be sent again after a connection broke: a query. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface StreamReply {
  readonly status: number;
  readonly contentType: string;
  /** Pieces of the body, fetched only as they are asked for. `return` ends the stream at its source. */
  readonly chunks: AsyncIterator<Uint8Array>;
}

/** How a subgraph is reached. Both rejects with TransportFailure, or with the reason of an aborted signal. */
export interface Transport {
  post(message: Message): Promise<Reply>;
  /** Resolves with the headers of the answer. */
  open(message: Message): Promise<StreamReply>;
  readiness(): Promise<Readiness>;
  close(): Promise<void>;
}

/** The largest answer that the gateway takes in at once, in bytes: a whole answer, or one event of a stream. */
export const MAX_ANSWER_BYTES = 16 * 1_048_576;

/**
 * - `unreachable`: nothing was sent
 * - `broken`: the connection ended after the request was sent, before the answer was complete
 * - `too large`: the answer is over MAX_ANSWER_BYTES
 */
export type FailureKind = 'unreachable' | 'broken' | 'too large';

/** A subgraph gave no whole answer. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, cause?: unknown) {
    super(`the subgraph's answer is ${kind}`, { cause });
    this.kind = kind;
  }
}
