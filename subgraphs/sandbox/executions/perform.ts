import { abortable } from '#mesh/abortable.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Engine } from '../engines/engine.ts';
import type { PreparedJob } from './job.ts';
import type { Ending, Live } from './live.ts';
import type { Ticket } from './places.ts';

export interface Performance {
  readonly live: Live;
  readonly engine: Engine;
  readonly ticket: Ticket;
  /** Puts the job together once its turn has come: so long nothing of it takes memory. */
  readonly prepare: () => Promise<PreparedJob>;
  /** Told when the program is about to start. */
  readonly onStart: (queuedMs: number) => void;
  readonly log: Log;
}

/** How it has ended, and the error of a job that was none. */
export interface Outcome {
  readonly ending: Ending;
  readonly refusal: StudioError | null;
}

/** A program waits no longer for its reader than its own time allows, and a little. */
const HELD_BEYOND_MS = 1_000;

const never = (status: 'CANCELLED' | 'ENGINE_FAILED', message: string | null): Ending => ({
  status,
  exitCode: null,
  signal: null,
  wallMs: null,
  cpuMs: null,
  peakMemoryBytes: null,
  totals: null,
  files: [],
  message,
});

/** Takes the place, runs the program and passes on what it writes. */
const runIn = async ({ live, engine, prepare, onStart }: Performance, askedAt: number): Promise<Ending> => {
  const queuedMs = performance.now() - askedAt;
  const { job, codePath } = await prepare();
  if (live.cancelled.aborted) return never('CANCELLED', null);
  live.starts(queuedMs);
  onStart(queuedMs);
  const run = await engine.start({ ...job, ownerId: live.ownerId });
  const cancel = (): void => run.cancel();
  live.cancelled.addEventListener('abort', cancel, { once: true });
  if (live.cancelled.aborted) cancel();
  const heldTooLong = AbortSignal.timeout(live.limits.wallMs + HELD_BEYOND_MS);
  const free = AbortSignal.any([live.cancelled, heldTooLong]);
  for await (const output of run.output) {
    live.writes(output);
    await live.events.room(free);
  }
  const result = await run.result;
  live.cancelled.removeEventListener('abort', cancel);
  return { ...result, files: result.files.filter(({ path }) => path !== codePath) };
};

/** Sees one execution from its place in the queue to its end. Never rejects. */
export const perform = async (performed: Performance): Promise<Outcome> => {
  const { live, ticket, log } = performed;
  const askedAt = performance.now();
  try {
    try {
      await abortable(ticket.turn, live.cancelled);
    } catch {
      return { ending: never('CANCELLED', null), refusal: null };
    }
    return { ending: await runIn(performed, askedAt), refusal: null };
  } catch (error) {
    if (error instanceof StudioError) return { ending: never('ENGINE_FAILED', error.message), refusal: error };
    log.error({ error, executionId: live.id }, 'an execution failed');
    return { ending: never('ENGINE_FAILED', 'The engine failed; the log of the sandbox says why.'), refusal: null };
  } finally {
    ticket.giveBack();
  }
};
