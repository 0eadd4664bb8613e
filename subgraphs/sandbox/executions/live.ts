import type { Limits, Output, Result } from '../engines/engine.ts';
import type { ExecutionMapper } from '../mappers.ts';
import type { EndedExecution, ExecutionFacts, NewExecution, ResultFile } from '../store/executions.ts';
import { boundOutput, type BoundedOutput } from './bounded-output.ts';
import { createByteList } from './byte-list.ts';
import { createEvents, type Events } from './events.ts';

/** What the history keeps of each stream's beginning, and of its end. */
const KEPT_PART = 65_536;
/** What it keeps of the files. */
const KEPT_FILE_BYTES = 1_048_576;
const MAX_MESSAGE = 1_000;

/** How an execution has ended, beside what it wrote. */
export type Ending = Pick<
  Result,
  'status' | 'exitCode' | 'signal' | 'cpuMs' | 'peakMemoryBytes' | 'files' | 'message'
> & {
  /** Null when it never ran. */
  readonly wallMs: number | null;
  /** What was written and not delivered is part of it. */
  readonly totals: Result['totals'] | null;
};

/** An execution of this process, from its queue to a while after its end. */
export interface Live {
  readonly id: string;
  readonly ownerId: string;
  readonly limits: Limits;
  readonly events: Events;
  /** Aborts when somebody wants it ended. */
  readonly cancelled: AbortSignal;
  cancel(): void;
  starts(queuedMs: number): void;
  writes(output: Output): void;
  /** The last of all. @returns what is to be kept */
  ends(ending: Ending): EndedExecution;
  /** As it is now. */
  now(): ExecutionMapper;
}

const keptFiles = (files: readonly ResultFile[]): ResultFile[] => {
  let left = KEPT_FILE_BYTES;
  return files.map((file) => {
    if (file.size > left) return { ...file, bytes: null };
    left -= file.size;
    return file;
  });
};

/** PostgreSQL takes no NUL. */
const sentenceOf = (message: string | null): string | null =>
  message === null ? null : message.toWellFormed().replaceAll('\0', '').slice(0, MAX_MESSAGE);

const wholeMs = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** Begins to follow an execution that waits. */
export const createLive = (made: NewExecution): Live => {
  const events = createEvents();
  const cancelling = new AbortController();
  const written = { stdout: createByteList(), stderr: createByteList() };
  const delivered = { stdout: 0, stderr: 0 };
  let files: readonly ResultFile[] = [];
  const { executor: _, once: __, ...known } = made;
  let facts: ExecutionFacts = {
    ...known,
    status: 'QUEUED',
    exitCode: null,
    signal: null,
    queuedMs: null,
    wallMs: null,
    cpuMs: null,
    peakMemoryBytes: null,
    message: null,
    createdAt: new Date().toISOString(),
    startedAt: null,
    endedAt: null,
    lastSequence: 0,
    totals: delivered,
    truncated: { stdout: false, stderr: false },
  };
  events.queued();

  const whole = (stream: Output['stream']): BoundedOutput => ({
    head: Buffer.concat(written[stream].all()),
    tail: Buffer.alloc(0),
    total: facts.totals[stream],
  });

  return {
    id: made.id,
    ownerId: made.ownerId,
    limits: made.limits,
    events,
    cancelled: cancelling.signal,
    cancel: () => cancelling.abort(),
    starts: (queuedMs) => {
      facts = { ...facts, status: 'RUNNING', startedAt: new Date().toISOString(), queuedMs: Math.round(queuedMs) };
      events.started();
    },
    writes: (output) => {
      written[output.stream].add(output.bytes);
      delivered[output.stream] += output.bytes.length;
      events.output(output);
    },
    ends: ({ status, exitCode, totals, files: left, ...rest }) => {
      files = left
        .map(({ path, bytes }) => ({ path, size: bytes.length, bytes: Buffer.from(bytes) }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
      const counted = totals ?? delivered;
      events.exited({ status, exitCode });
      facts = {
        ...facts,
        ...rest,
        status,
        exitCode,
        message: sentenceOf(rest.message),
        wallMs: wholeMs(rest.wallMs),
        cpuMs: wholeMs(rest.cpuMs),
        peakMemoryBytes: wholeMs(rest.peakMemoryBytes),
        endedAt: new Date().toISOString(),
        lastSequence: events.sequence,
        totals: counted,
        truncated: { stdout: counted.stdout > delivered.stdout, stderr: counted.stderr > delivered.stderr },
      };
      return {
        facts,
        stdout: boundOutput(written.stdout.all(), counted.stdout, KEPT_PART),
        stderr: boundOutput(written.stderr.all(), counted.stderr, KEPT_PART),
        files: keptFiles(files),
      };
    },
    now: () => ({
      facts: { ...facts, totals: { ...facts.totals } },
      output: (stream) => Promise.resolve(whole(stream)),
      files: () => Promise.resolve(files),
    }),
  };
};
