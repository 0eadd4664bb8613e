import { parentPort, workerData } from 'node:worker_threads';
import { expressionOf, matchesIn, type Matches, type Pattern } from './search-text.ts';

/*
 * Looks through contents on a thread of its own: an expression may need longer than anybody waits, and only a thread can
 * be ended in the middle of it.
 */

/** What the thread begins with. */
export interface Begin extends Pattern {
  /** So many matches in one content are enough. */
  readonly most: number;
}

/** What the thread answers: first whether the pattern is one, then the matches of each lot of contents. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'no expression'; readonly reason: string }
  | { readonly kind: 'found'; readonly found: readonly Matches[] };

const port = parentPort;
if (!port) throw new Error('this is the main file of a thread');
const say = (answer: Answer): void => port.postMessage(answer);

// The boundary between threads: `startSearchThread` alone begins this one, and sends it lots of contents.
const { most, ...pattern } = workerData as Begin;
try {
  const expression = expressionOf(pattern);
  port.on('message', (contents: readonly Uint8Array[]) => {
    const found = contents.map((bytes) => matchesIn(bytes, expression, most));
    say({ kind: 'found', found });
  });
  say({ kind: 'ready' });
} catch (error) {
  if (!(error instanceof SyntaxError)) throw error;
  // V8 says "Invalid regular expression: /…/u: Unterminated group".
  say({ kind: 'no expression', reason: error.message.split(': ').at(-1) ?? '' });
}
