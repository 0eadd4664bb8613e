import type { ExecutionResult } from 'graphql';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { sealResult } from '../errors.ts';
import type { DocumentGraph, Requester } from '../graph.ts';

const MIB = 1_048_576;
/** Bytes of answers that wait for one client, over all its connections; what waits longest is cut off for more. */
const MAX_UNREAD_BYTES = 64 * MIB;
/** As many wait, and nothing more is answered. */
const ENOUGH_BYTES = 32 * MIB;

/** What waits for a client who does not take it. */
export interface Unread {
  /** At the moment. */
  bytes(): number;
  /** Ends the connection, and what waits is gone. */
  cut(): void;
}

/** What waits in this process to be read. Whoever reads has nothing here. */
export class UnreadAnswers {
  readonly #log: Log;
  readonly #waiting = new Map<string, Set<Unread>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Bytes that wait for this holder. */
  of(holder: string): number {
    let bytes = 0;
    for (const unread of this.#waiting.get(holder) ?? []) bytes += unread.bytes();
    return bytes;
  }

  /**
   * Counts it until it is released, and cuts off what has waited longest as long as all of its holder is too much.
   * @param holder whose it is, as the meter says
   */
  hold(holder: string, unread: Unread): void {
    const all = this.#waiting.get(holder) ?? new Set();
    this.#waiting.set(holder, all.add(unread));
    while (this.of(holder) > MAX_UNREAD_BYTES) {
      const [longest] = all;
      if (!longest) return;
      this.release(holder, longest);
      this.#log.debug({ holder }, 'a client takes too little of its answers');
      longest.cut();
    }
  }

  release(holder: string, unread: Unread): void {
    const all = this.#waiting.get(holder);
    all?.delete(unread);
    if (all?.size === 0) this.#waiting.delete(holder);
  }
}

/** The same graph, which answers nobody who leaves too much unread. */
export const unreadLimited = (graph: DocumentGraph, unread: UnreadAnswers): DocumentGraph => {
  const bounded = <T extends object>(
    { meter, requestId }: Requester,
    run: () => Promise<T>,
  ): Promise<T | ExecutionResult> => {
    if (!meter || unread.of(meter.holder) < ENOUGH_BYTES) return run();
    const error = new StudioError(
      'RATE_LIMITED',
      `Answers of ${ENOUGH_BYTES / MIB} MiB wait to be read: read them first.`,
    );
    return Promise.resolve(sealResult({ errors: [error] }, requestId));
  };
  return {
    ...graph,
    execute: (operation, requester) => bounded(requester, () => graph.execute(operation, requester)),
    executeDocument: (operation, requester) => bounded(requester, () => graph.executeDocument(operation, requester)),
    subscribe: (operation, requester) => bounded(requester, () => graph.subscribe(operation, requester)),
    subscribeDocument: (operation, requester) =>
      bounded(requester, () => graph.subscribeDocument(operation, requester)),
  };
};
