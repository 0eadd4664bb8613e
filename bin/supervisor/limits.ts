/** How long a process may take to stop. */
export interface StopLimits {
  /** So long running answers and streams may go on. */
  readonly graceMs: number;
  /** A process that still runs then is killed. */
  readonly killAfterMs: number;
}

/*
 * How the 8 seconds of a stop are spent: the gateway first, so that what it has begun can still ask the others, then
 * they, and PostgreSQL last, which needs a third of a second.
 */
export const GATEWAY_STOP: StopLimits = { graceMs: 3_000, killAfterMs: 4_200 };
export const SERVICE_STOP: StopLimits = { graceMs: 800, killAfterMs: 2_000 };
/** Everything has ended by then. */
export const STOP_LIMIT_MS = 7_800;

/** The grace of a service process that is stopped by a signal, as a container is. */
export const SIGNAL_GRACE_MS = 5_000;
/** The grace after the supervisor was killed: whoever starts anew is waiting for the ports. */
export const ORPHAN_GRACE_MS = 500;
/** After its grace, a service process has so long to free what it holds before it ends itself. */
export const CLEANUP_LIMIT_MS = 1_000;

/** A process that is not ready after so long is ended, and has failed. */
export const READY_LIMIT_MS = 120_000;
