import type { WatchSession } from './live-sessions.ts';
import type { Principal } from './principal.ts';

/** What has ended its own session, a logout or another role for oneself, has this long to be answered. */
const GRACE_MS = 200;

/**
 * Ends a request soon after its session or key is no longer in force or may do something else: aborts with the
 * StudioError that says so. Forgets about it once the request is over, which is when it aborts as well.
 */
export const endWithSession = (running: AbortController, principal: Principal, watch: WatchSession): void => {
  let timer: NodeJS.Timeout | undefined;
  const forget = watch(principal, (why) => {
    timer = setTimeout(() => running.abort(why), GRACE_MS);
  });
  const stop = (): void => {
    forget();
    clearTimeout(timer);
  };
  if (running.signal.aborted) stop();
  else running.signal.addEventListener('abort', stop);
};
