import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#mesh/database/pool.ts';
import type { ExecutionMapper } from '../mappers.ts';
import { filesOf, findExecution, outputOf, type ExecutionFacts } from '../store/executions.ts';
import { NO_OUTPUT } from './bounded-output.ts';
import type { ExecutionStep } from './events.ts';

/** An execution as the history has it. */
export const storedExecution = (database: Database, facts: ExecutionFacts): ExecutionMapper => ({
  facts,
  // It may have been forgotten since.
  output: async (stream) => (await outputOf(database, facts.id, stream)) ?? NO_OUTPUT,
  files: () => filesOf(database, facts.id),
});

const LOOK_MS = 1_000;

/** The steps of an execution that another process has or had: its end, and how many are lost before it. */
export const storedSteps = async function* (
  database: Database,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<ExecutionStep, void, undefined> {
  for (;;) {
    const facts = await findExecution(database, id);
    if (!facts) return;
    const { status, exitCode, lastSequence } = facts;
    if (facts.endedAt !== null && status !== 'QUEUED' && status !== 'RUNNING') {
      // How far a lost one had come is not known.
      const last = status === 'LOST' ? Math.max(lastSequence, after + 1) : lastSequence;
      if (after < last - 1) yield { type: 'TRUNCATED', sequence: last - 1, lost: last - 1 - after };
      if (after < last) yield { type: 'EXITED', sequence: last, status, exitCode };
      return;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
};
