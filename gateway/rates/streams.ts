import type { ExecutionResult } from 'graphql';
import { originOf } from '#mesh/address.ts';
import { StudioError } from '#mesh/errors.ts';
import { sealResult } from '../errors.ts';
import type { DocumentGraph, Requester } from '../graph.ts';
import { ending } from '../stream.ts';
import type { RateLimits } from './limits.ts';
import { Tally } from './tally.ts';

/** When to look again whether a place is free: nobody knows how long one's own streams take. */
const RETRY_SECONDS = 5;

interface Holder {
  readonly key: string;
  /** Streams that it may have open. */
  readonly most: number;
}

/** Whose a stream is: a user's, over all connections, or an address's. */
const holderOf = ({ principal, client }: Pick<Requester, 'principal' | 'client'>, limits: RateLimits): Holder => {
  if (principal) return { key: `user ${principal.userId}`, most: limits.streams };
  const { key, loopback } = originOf(client.address ?? '');
  return { key: `address ${key}`, most: limits.anonymousStreams * (loopback ? limits.loopback : 1) };
};

/** The same graph, of which nobody has more subscriptions open at the same time than the limits say. */
export const streamLimited = (graph: DocumentGraph, limits: RateLimits): DocumentGraph => {
  const open = new Tally();

  const bounded = async <Stream extends AsyncIterable<ExecutionResult>>(
    requester: Requester,
    subscribe: () => Promise<Stream | ExecutionResult>,
  ): Promise<AsyncGenerator<ExecutionResult, undefined> | ExecutionResult> => {
    const { key, most } = holderOf(requester, limits);
    if (open.of(key) >= most) {
      const sentence = `No more than ${most} streams may be open: end one first.`;
      const error = new StudioError('RATE_LIMITED', sentence, { retryAfterSeconds: RETRY_SECONDS });
      return sealResult({ errors: [error] }, requester.requestId);
    }
    const release = open.add(key);
    // The graph never rejects.
    const answer = await subscribe();
    if (!(Symbol.asyncIterator in answer)) {
      release();
      return answer;
    }
    return ending(answer, requester.signal, release);
  };

  return {
    ...graph,
    subscribe: (operation, requester) => bounded(requester, () => graph.subscribe(operation, requester)),
    subscribeDocument: (operation, requester) =>
      bounded(requester, () => graph.subscribeDocument(operation, requester)),
  };
};
