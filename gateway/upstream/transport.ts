import type { Readiness } from '#mesh/service.ts';

/** What is sent to a subgraph: POST, JSON in UTF-8. */
export interface Message {
  /** Made when it is sent, which may be long after it was begun: they hold a signature that expires. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Whether the answer may take minutes; what is short never waits behind such. */
  readonly long: boolean;
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
  /**
   * Its own page of metrics, in Prometheus' text format.
   * @param headers prove that the gateway asks
   */
  metrics(headers: Readonly<Record<string, string>>): Promise<string>;
  /** Messages that wait for a connection. */
  queued(): number;
  close(): Promise<void>;
}

/** The largest answer that the gateway takes in at once, in bytes: a whole answer, or one event of a stream. */
export const MAX_ANSWER_BYTES = 16 * 1_048_576;

/**
 * - `unreachable`: nothing was sent
 * - `broken`: the connection ended after the request was sent, before the answer was complete
 * - `too large`: the answer is over MAX_ANSWER_BYTES
 * - `refused`: it was not even tried, since the subgraph has failed too often of late (see circuit.ts)
 */
export type FailureKind = 'unreachable' | 'broken' | 'too large' | 'refused';

/** A subgraph gave no whole answer. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly kind: FailureKind;
  /** When somebody tries the subgraph again; known of what was refused. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: FailureKind, cause?: unknown, retryAfterSeconds?: number) {
    super(`the subgraph's answer is ${kind}`, { cause });
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
