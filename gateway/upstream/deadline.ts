import { StudioError } from '#mesh/errors.ts';

/** A signal that aborts with its parent, or with a TIMEOUT of its own. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was the time that was over. */
  expired(): boolean;
  /** Ends it now. */
  abort(): void;
  /** From now on only the parent or `abort` ends it. */
  relax(): void;
  /** Frees the timer and leaves the parent alone. */
  stop(): void;
}

/** @param ms how long it lasts */
export const deadline = (parent: AbortSignal, ms: number): Deadline => {
  const controller = new AbortController();
  let expired = false;
  const follow = (): void => controller.abort(parent.reason);
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new StudioError('TIMEOUT'));
  }, ms);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow);
  return {
    signal: controller.signal,
    expired: () => expired,
    abort: () => controller.abort(),
    relax: () => clearTimeout(timer),
    stop: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
};
