import { abortable } from '#mesh/abortable.ts';
import type { Output, Status } from '../engines/engine.ts';

/** A step of an execution. They are numbered from 1 on, over both streams. */
export type ExecutionStep =
  | { readonly type: 'QUEUED'; readonly sequence: number }
  | { readonly type: 'STARTED'; readonly sequence: number }
  | {
      readonly type: 'OUTPUT';
      readonly sequence: number;
      readonly stream: Output['stream'];
      /** Exactly what the program wrote. */
      readonly bytes: Buffer;
      /** The same as text: a character that is written in parts is whole, in the event that has its last part. */
      readonly text: string;
    }
  /** For a reader that is too far behind: so many events were lost, the last of them the one of this number. */
  | { readonly type: 'TRUNCATED'; readonly sequence: number; readonly lost: number }
  /** The last one, always. */
  | {
      readonly type: 'EXITED';
      readonly sequence: number;
      /** LOST is said of those that no process answers for any more. */
      readonly status: Status | 'LOST';
      readonly exitCode: number | null;
    };

type KeptStep = Exclude<ExecutionStep, { type: 'TRUNCATED' }>;
type Unnumbered = KeptStep extends infer Step ? (Step extends KeptStep ? Omit<Step, 'sequence'> : never) : never;

export interface EventBounds {
  /** What is kept for those who read later. */
  readonly bytes: number;
  readonly events: number;
  /** What the reader that the program waits for may leave untaken. */
  readonly untakenBytes: number;
  readonly untakenEvents: number;
}

const BOUNDS: EventBounds = { bytes: 524_288, events: 4_096, untakenBytes: 131_072, untakenEvents: 1_024 };
/** What an event counts beside its bytes. */
const EVENT_BYTES = 64;

/** The steps of one execution: the newest are kept, for any number of readers. */
export interface Events {
  queued(): void;
  started(): void;
  output(output: Output): void;
  exited(end: { readonly status: Status; readonly exitCode: number | null }): void;
  /** Waits for readers that the program waits for, until the signal aborts. */
  room(signal: AbortSignal): Promise<void>;
  /**
   * All steps after a number, then those that come, to the last one.
   * @param holds whether the program waits for this reader
   */
  follow(after: number, signal: AbortSignal, holds: boolean): AsyncGenerator<ExecutionStep, void, undefined>;
  /** The number of the newest step. */
  readonly sequence: number;
}

/** A mark at the beginning is output like everything else. */
const newDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });

export const createEvents = (bounds: EventBounds = BOUNDS): Events => {
  const kept: KeptStep[] = [];
  let keptBytes = 0;
  let sequence = 0;
  /** Bytes of all output so far. */
  let written = 0;
  let isOver = false;
  let arrival = Promise.withResolvers<void>();
  let taking = Promise.withResolvers<void>();
  /** Of each reader that the program waits for, the bytes it has taken, and the number of its last event. */
  const held = new Set<{ taken: number; seen: number }>();
  const decoders = { stdout: newDecoder(), stderr: newDecoder() };

  const sizeOf = (step: KeptStep): number => EVENT_BYTES + (step.type === 'OUTPUT' ? step.bytes.length : 0);
  const push = (step: Unnumbered): void => {
    const numbered: KeptStep = { ...step, sequence: ++sequence };
    kept.push(numbered);
    keptBytes += sizeOf(numbered);
    while (keptBytes > bounds.bytes || kept.length > bounds.events) {
      const oldest = kept.shift();
      if (!oldest) break;
      keptBytes -= sizeOf(oldest);
    }
    arrival.resolve();
    arrival = Promise.withResolvers();
  };
  const isCrowded = (): boolean =>
    [...held].some(
      ({ taken, seen }) => written - taken > bounds.untakenBytes || sequence - seen > bounds.untakenEvents,
    );
  const took = (): void => {
    taking.resolve();
    taking = Promise.withResolvers();
  };

  return {
    queued: () => push({ type: 'QUEUED' }),
    started: () => push({ type: 'STARTED' }),
    output: ({ stream, bytes }) => {
      written += bytes.length;
      push({ type: 'OUTPUT', stream, bytes, text: decoders[stream].decode(bytes, { stream: true }) });
    },
    exited: (end) => {
      for (const stream of ['stdout', 'stderr'] as const) {
        // What remains of a character whose last part never came.
        const text = decoders[stream].decode();
        if (text !== '') push({ type: 'OUTPUT', stream, bytes: Buffer.alloc(0), text });
      }
      isOver = true;
      push({ type: 'EXITED', ...end });
    },
    room: async (signal) => {
      while (isCrowded() && !signal.aborted) await abortable(taking.promise, signal).catch(() => {});
    },
    follow: async function* (after, signal, holds) {
      const reader = { taken: 0, seen: after };
      if (holds) held.add(reader);
      try {
        let seen = after;
        for (;;) {
          const oldest = kept[0]?.sequence ?? sequence + 1;
          if (seen + 1 < oldest) {
            const lost = oldest - 1 - seen;
            seen = oldest - 1;
            yield { type: 'TRUNCATED', sequence: seen, lost };
          } else if (seen < sequence) {
            const step = kept[seen + 1 - oldest];
            if (!step) return;
            seen = step.sequence;
            yield step;
            // The next one is asked for: this one was taken.
            if (step.type === 'OUTPUT') reader.taken += step.bytes.length;
            reader.seen = seen;
            took();
          } else if (isOver) return;
          else await abortable(arrival.promise, signal);
        }
      } finally {
        held.delete(reader);
        took();
      }
    },
    get sequence() {
      return sequence;
    },
  };
};
