import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StudioError } from '#mesh/errors.ts';
import type { Matches, Pattern } from './search-text.ts';
import type { Answer, Begin } from './search-worker.ts';

/** A thread that looks for one pattern. */
export interface SearchThread extends AsyncDisposable {
  /**
   * Looks through contents, one lot at a time.
   * @returns the matches of each
   * @throws StudioError TIMEOUT when it takes too long; the signal's reason
   */
  look(contents: readonly Buffer[], signal: AbortSignal): Promise<readonly Matches[]>;
}

/** How long a thread may take to begin; a busy machine needs its time. */
const START_MS = 10_000;

const tooSlow = (): StudioError =>
  new StudioError('TIMEOUT', 'The pattern takes too long: make it simpler, or look through fewer files.');

/**
 * Starts a thread that looks for a pattern.
 * @param most so many matches in one content are enough
 * @param lotMs how long it may look through one lot
 * @throws StudioError BAD_USER_INPUT when the pattern is no regular expression
 */
export const startSearchThread = async (pattern: Pattern, most: number, lotMs: number): Promise<SearchThread> => {
  const worker = new Worker(new URL('search-worker.ts', import.meta.url), {
    workerData: { ...pattern, most } satisfies Begin,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  let broken: unknown;
  worker.on('error', (error) => {
    broken = error;
  });
  const answered = async (signal: AbortSignal, patienceMs: number): Promise<Answer> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    try {
      // An error of the thread rejects as well; the answers are typed by the worker that gives them.
      const [answer] = (await once(worker, 'message', { signal: limit })) as [Answer];
      return answer;
    } catch (error) {
      await worker.terminate();
      signal.throwIfAborted();
      if (limit.aborted) throw tooSlow();
      throw broken ?? error;
    }
  };
  const never = new AbortController().signal;
  const first = await answered(never, START_MS);
  if (first.kind === 'no expression') {
    await worker.terminate();
    throw new StudioError('BAD_USER_INPUT', `The pattern is no regular expression: ${first.reason}.`, {
      argument: 'text',
    });
  }
  return {
    look: async (contents, signal) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(contents);
      const answer = await answered(signal, lotMs);
      if (answer.kind !== 'found') throw new Error('the thread answers something else');
      return answer.found;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};
