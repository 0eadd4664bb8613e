import type { Batch, Call, Score } from './protocol.ts';

/** The first text is delivered at once, and after it a batch at so many tokens … */
const BATCH_TOKENS = 8;
/** … or so long after its first one, in milliseconds: two frames of a screen. */
const BATCH_MS = 33;
/** How many tokens may be sampled that nobody has taken: two batches, so that one is made while one is billed. */
const WINDOW_TOKENS = 2 * BATCH_TOKENS;

/** Gathers the tokens of one generation into batches, and holds it back while its reader lags. */
export interface Pace {
  /** `true` when another token may be sampled at once; otherwise settles when it may. */
  ready(): true | Promise<void>;
  /** One token was sampled. */
  token(): void;
  /** Text that is final. */
  text(text: string): void;
  /** A call that is complete. */
  call(call: Call): void;
  /** What is known of a token whose text was given. */
  score(score: Score): void;
  /** The reader has taken everything up to this count. */
  acknowledge(completionTokens: number): void;
  /** Delivers nothing more and holds nothing back any more; answers what was not delivered yet. */
  end(): Batch;
}

/** @param deliver called with each batch, never after `end` */
export const createPace = (deliver: (batch: Batch) => void): Pace => {
  let sampled = 0;
  let delivered = 0;
  let acknowledged = 0;
  let pending = '';
  let calls: Call[] = [];
  let scores: Score[] = [];
  let timer: NodeJS.Timeout | undefined;
  let held: PromiseWithResolvers<void> | undefined;
  let ended = false;

  const take = (): Batch => {
    const batch = {
      text: pending,
      completionTokens: sampled,
      ...(calls.length > 0 ? { calls } : {}),
      ...(scores.length > 0 ? { scores } : {}),
    };
    pending = '';
    calls = [];
    scores = [];
    return batch;
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    delivered = sampled;
    deliver(take());
  };
  const release = (): void => {
    held?.resolve();
    held = undefined;
  };

  return {
    ready: () => {
      if (ended) return true;
      // Before the next token and not right after the last, whose text comes a moment later.
      if (sampled - delivered >= BATCH_TOKENS) flush();
      if (sampled - acknowledged < WINDOW_TOKENS) return true;
      held ??= Promise.withResolvers<void>();
      return held.promise;
    },
    token: () => {
      sampled += 1;
      if (!ended) timer ??= setTimeout(flush, BATCH_MS);
    },
    text: (text) => {
      pending += text;
      // Nobody waits for company of the first words.
      if (delivered > 0 || ended || text === '') return;
      clearTimeout(timer);
      timer = setTimeout(flush);
    },
    call: (call) => void calls.push(call),
    score: (score) => void scores.push(score),
    acknowledge: (completionTokens) => {
      acknowledged = Math.max(acknowledged, completionTokens);
      if (sampled - acknowledged < WINDOW_TOKENS) release();
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
      release();
      return take();
    },
  };
};
