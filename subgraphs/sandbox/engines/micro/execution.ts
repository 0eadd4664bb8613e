import { constants } from 'node:os';
import type { Log } from '#mesh/log.ts';
import type { Job, Result, Run, Status } from '../engine.ts';
import type { Agent } from './agent.ts';
import { createCollection } from './collection.ts';
import { createOutputQueue } from './output.ts';
import type { Plan } from './command.ts';
import { nextEvent, sendChoice, sendJob, type Ended } from './job.ts';

/** What a job needs of its machine. */
export interface JobMachine {
  readonly agent: Agent;
  /** When nothing of it is left. Never rejects. */
  readonly ended: Promise<void>;
  /** The end of what it showed: why it broke. */
  readonly said: () => string;
  readonly kill: () => void;
}

/** Why the host ended a machine before its program ended. */
type Stop = 'cancelled' | 'wall' | 'output' | 'late';

/** Until the program begins, and for the files afterwards: a machine that takes longer is broken. */
const AROUND_LIMIT_MS = 60_000;

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;

/**
 * Decides how an execution ended.
 * @param stop why the host ended the machine; undefined where it did not
 * @param ended what the machine told of the program; undefined where it told nothing
 */
export const statusOf = (stop: Stop | undefined, ended: Ended | undefined): Status => {
  if (stop === 'cancelled') return 'CANCELLED';
  if (stop === 'output') return 'OUTPUT_EXCEEDED';
  if (stop === 'wall') return 'TIMED_OUT';
  if (ended === undefined) return 'ENGINE_FAILED';
  if (ended.cpuExceeded) return 'CPU_EXCEEDED';
  if (ended.memoryExceeded) return 'MEMORY_EXCEEDED';
  if (ended.exitCode === 0) return 'SUCCEEDED';
  if (ended.diskFull || ended.signal === constants.signals.SIGXFSZ) return 'DISK_EXCEEDED';
  return ended.signal === null ? 'FAILED' : 'SIGNALED';
};

const BROKEN = 'The virtual machine ended before its program.';
const UNCOLLECTED = 'The files could not be brought back.';

/** Runs the one job of a machine, and ends the machine. */
export const runInMachine = (machine: JobMachine, plan: Plan, job: Job, log: Log): Run => {
  const { agent } = machine;
  const queue = createOutputQueue();
  const collection = createCollection(job.collect);
  const totals = { stdout: 0, stderr: 0 };
  const truncated = { stdout: false, stderr: false };
  let left = job.limits.outputBytes;
  let stop: Stop | undefined;
  let ended: Ended | undefined;
  let startedAt: number | undefined;
  let wallMs = 0;
  let timer: NodeJS.Timeout | undefined;
  /** What is typed before the program is there would be lost. */
  const begun = Promise.withResolvers<void>();

  const stopFor = (reason: Stop): void => {
    stop ??= reason;
    machine.kill();
    // Nobody waits any longer for a reader that does not read.
    queue.end();
  };
  const limit = (ms: number, reason: Stop): void => {
    clearTimeout(timer);
    timer = setTimeout(stopFor, ms, reason);
  };

  const takeOutput = async (stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void> => {
    totals[stream] += bytes.length;
    const kept = bytes.subarray(0, left);
    left -= kept.length;
    await queue.push({ stream, bytes: kept });
    if (kept.length === bytes.length) return;
    truncated[stream] = true;
    stopFor('output');
  };

  const follow = async (): Promise<void> => {
    for (;;) {
      const event = await nextEvent(agent);
      // What a machine still says after it was ended is part of no result.
      if (event === null || stop !== undefined) return;
      switch (event.kind) {
        case 'started':
          startedAt ??= performance.now();
          begun.resolve();
          limit(job.limits.wallMs, 'wall');
          break;
        case 'output':
          await takeOutput(event.stream, event.bytes);
          break;
        case 'ended':
          ended ??= event.ended;
          wallMs = performance.now() - (startedAt ?? performance.now());
          limit(AROUND_LIMIT_MS, 'late');
          break;
        case 'left':
          for (const file of event.files) collection.offer(file);
          break;
        case 'listed':
          if (!event.complete) collection.cutShort();
          await sendChoice(agent, collection.paths());
          break;
        case 'file':
          collection.take({ path: event.path, bytes: event.bytes });
          break;
        case 'done':
          return;
      }
    }
  };

  const finish = async (): Promise<Result> => {
    limit(AROUND_LIMIT_MS, 'late');
    try {
      // Both at once: a machine may speak before it has heard all.
      await Promise.all([sendJob(agent, plan.job, job.files, job.stdin), follow()]);
    } catch (error) {
      if (stop === undefined) log.warn({ error, said: machine.said() }, 'a virtual machine broke');
    }
    clearTimeout(timer);
    begun.resolve();
    if (ended === undefined && startedAt !== undefined) wallMs = performance.now() - startedAt;
    machine.kill();
    queue.end();
    // A machine whose program has ended is only still being taken apart.
    await Promise.all([stop === undefined ? null : machine.ended, queue.delivered]);
    const status = statusOf(stop, ended);
    return {
      status,
      exitCode: ended?.exitCode ?? null,
      signal: ended === undefined ? 'SIGKILL' : ended.signal === null ? null : signalName(ended.signal),
      wallMs,
      cpuMs: ended?.cpuMs ?? null,
      peakMemoryBytes: ended?.peakMemoryBytes ?? null,
      totals,
      truncated,
      files: collection.files(),
      message: status === 'ENGINE_FAILED' ? BROKEN : stop === 'late' ? UNCOLLECTED : collection.message(),
    };
  };

  return {
    output: queue.output,
    result: finish(),
    // Once the program has ended, only the way of its files is cut short.
    cancel: () => stopFor(ended === undefined ? 'cancelled' : 'late'),
    write: async (bytes) => {
      if (job.terminal === null) return;
      await begun.promise;
      await agent.send('T', bytes);
    },
    resize: async (size) => {
      if (job.terminal === null) return;
      await begun.promise;
      await agent.send('W', JSON.stringify(size));
    },
  };
};
