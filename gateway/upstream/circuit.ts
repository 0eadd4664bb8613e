import { PATIENCE_MS, withRetries } from './retry.ts';
import { TransportFailure } from './transport.ts';

/** Failures in a row after which a subgraph is left alone. */
export const FAILURES = 5;
/** While it is left alone, how often somebody tries whether it is well again. */
export const PROBE_MS = 1_000;
/** One try at a time; one that takes longer than this, as a chat does, does not hold up the next. */
export const PROBE_LIMIT_MS = 5_000;

/**
 * - `closed`: everybody is let through
 * - `open`: nobody is
 * - `half-open`: one is, to see whether the subgraph is well again
 */
export type CircuitState = 'closed' | 'half-open' | 'open';

/** What a circuit remembers. Times in milliseconds. */
export interface Memory {
  /** Failures since the last success. */
  readonly failures: number;
  /** When the last of them was counted. */
  readonly failedAt: number;
  /** When somebody may try; undefined while the circuit is closed. */
  readonly probeAt: number | undefined;
  /** When the try that is under way began. */
  readonly probing: number | undefined;
}

export const INITIAL: Memory = {
  failures: 0,
  failedAt: Number.NEGATIVE_INFINITY,
  probeAt: undefined,
  probing: undefined,
};

export const stateOf = ({ probeAt, probing }: Memory, now: number): CircuitState => {
  if (probeAt === undefined) return 'closed';
  return probing !== undefined || now >= probeAt ? 'half-open' : 'open';
};

export type Passage =
  | { readonly outcome: 'free' | 'probe' }
  | { readonly outcome: 'refused'; readonly retryAfterSeconds: number };

/** Decides whether a request is let through. */
export const decidePassage = ({ probeAt, probing }: Memory, now: number): Passage => {
  if (probeAt === undefined) return { outcome: 'free' };
  const from = probing === undefined ? probeAt : Math.max(probeAt, probing + PROBE_LIMIT_MS);
  if (now >= from) return { outcome: 'probe' };
  return { outcome: 'refused', retryAfterSeconds: Math.max(1, Math.ceil((probeAt - now) / 1_000)) };
};

/**
 * - `away`: was waited for in vain, which is proof enough
 * - `broke`: a connection ended; all that end together are one failure
 * - `late`: gave no answer in time
 */
export type Failure = 'away' | 'broke' | 'late';

/** What is remembered after a failure of a request that began at `begun`. */
export const afterFailure = (
  memory: Memory,
  failure: Failure,
  begun: number,
  isProbe: boolean,
  now: number,
): Memory => {
  if (memory.probeAt !== undefined)
    return isProbe ? { ...memory, probeAt: now + PROBE_MS, probing: undefined } : memory;
  // A process that ends takes everything with it that was under way.
  if (failure === 'broke' && begun <= memory.failedAt) return memory;
  const failures = memory.failures + 1;
  const opens = failure === 'away' || failures >= FAILURES;
  return { failures, failedAt: now, probeAt: opens ? now + PROBE_MS : undefined, probing: undefined };
};

export interface CircuitOptions {
  /** Told of each attempt after the first. */
  readonly onRetry?: () => void;
  /** Told when the circuit opens or closes. */
  readonly onChange?: (state: CircuitState) => void;
  readonly now?: () => number;
}

/**
 * What all requests to one subgraph have learnt of it. While it is well they wait out a restart and repeat what may be
 * repeated; when it has failed too often they are refused at once, but for one now and then that tries it.
 */
export class Circuit {
  readonly #now: () => number;
  readonly #onRetry: () => void;
  readonly #onChange: (state: CircuitState) => void;
  #memory = INITIAL;

  constructor({ onRetry = () => {}, onChange = () => {}, now = Date.now }: CircuitOptions = {}) {
    this.#now = now;
    this.#onRetry = onRetry;
    this.#onChange = onChange;
  }

  get state(): CircuitState {
    return stateOf(this.#memory, this.#now());
  }

  /**
   * Attempts a request, again where `withRetries` allows it.
   * @param isLate whether the time for the answer is over
   * @throws TransportFailure `refused` when it is not attempted; what the last attempt threw
   */
  async try<T>(
    attempt: () => Promise<T>,
    repeatable: boolean,
    signal: AbortSignal,
    isLate: () => boolean = () => false,
  ): Promise<T> {
    const begun = this.#now();
    const passage = decidePassage(this.#memory, begun);
    if (passage.outcome === 'refused') throw new TransportFailure('refused', undefined, passage.retryAfterSeconds);
    const isProbe = passage.outcome === 'probe';
    if (isProbe) this.#memory = { ...this.#memory, probing: begun };
    let attempts = 0;
    const counted = (): Promise<T> => {
      attempts += 1;
      if (attempts > 1) this.#onRetry();
      return attempt();
    };
    try {
      const answer = await withRetries(counted, repeatable, signal, isProbe ? 0 : PATIENCE_MS, this.#now);
      this.#succeed();
      return answer;
    } catch (error) {
      if (error instanceof TransportFailure) {
        if (error.kind === 'too large') this.#succeed();
        else this.#fail(error.kind === 'unreachable' ? 'away' : 'broke', begun, isProbe);
      } else if (isLate()) this.#fail('late', begun, isProbe);
      // Given up by whoever asked: the next one may try.
      else if (this.#memory.probing === begun) this.#memory = { ...this.#memory, probing: undefined };
      throw error;
    }
  }

  /** A stream that was open broke off. @param begun when it was opened */
  broke(begun: number): void {
    this.#fail('broke', begun, false);
  }

  #succeed(): void {
    const opened = this.#memory.probeAt !== undefined;
    if (opened || this.#memory.failures > 0) this.#memory = { ...INITIAL, failedAt: this.#memory.failedAt };
    if (opened) this.#onChange('closed');
  }

  #fail(failure: Failure, begun: number, isProbe: boolean): void {
    const before = this.#memory;
    this.#memory = afterFailure(before, failure, begun, isProbe, this.#now());
    if (before.probeAt === undefined && this.#memory.probeAt !== undefined) this.#onChange('open');
  }
}
