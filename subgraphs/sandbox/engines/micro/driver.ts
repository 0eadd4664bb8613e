import type { Availability, Job, Run } from '../engine.ts';

/** One way to have virtual machines. */
export interface Driver {
  readonly name: 'microsandbox' | 'qemu-tcg';
  /** As `Engine.slowdown`. */
  readonly slowdown: number;
  /** Finds out whether it works here, by starting a machine; `again` keeps nothing of what was found before. */
  readonly probe: (again: boolean) => Promise<Availability>;
  /**
   * Starts a job; only after a probe that found it available.
   * @throws StudioError BAD_USER_INPUT when the job is none for this engine
   */
  readonly start: (job: Job) => Promise<Run>;
  /** Kills what runs and what waits. */
  readonly stop: () => Promise<void>;
}
