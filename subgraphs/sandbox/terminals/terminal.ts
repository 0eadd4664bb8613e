import { abortable } from '#mesh/abortable.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Result, Run, TerminalSize } from '../engines/engine.ts';
import { createNumbering } from './input.ts';
import { createReaders } from './readers.ts';
import { createRing } from './ring.ts';

/** What of the output is kept, and how far the program may be ahead of whoever reads it. */
const RING_BYTES = 256 * 1024;
/** What one reading answers before it ends; its reader comes again, and so says that this much has arrived. */
const READING_BYTES = 128 * 1024;
const CHUNK_BYTES = 32 * 1024;
/** What was typed and the program has not taken. */
const UNTAKEN_BYTES = 64 * 1024;

/** Why a terminal is over. */
export type TerminalEnd =
  /** Its shell ended. */
  | 'EXITED'
  | 'CLOSED'
  | 'IDLE'
  | 'SESSION_ENDED'
  | 'STOPPED'
  | Extract<Result['status'], 'TIMED_OUT' | 'CPU_EXCEEDED' | 'MEMORY_EXCEEDED' | 'DISK_EXCEEDED' | 'ENGINE_FAILED'>;

export interface Ending {
  readonly why: TerminalEnd;
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly at: number;
}

/** A piece of what a terminal shows. */
export interface Shown {
  /** Of its first byte, from 0 on. */
  readonly offset: number;
  /** Bytes before it that this reader should have had and that are forgotten. */
  readonly lost: number;
  readonly bytes: Buffer;
  /** In the last piece; null before. */
  readonly ending: Ending | null;
}

/** A shell in a terminal. */
export interface Terminal {
  readonly size: TerminalSize;
  readonly ending: Ending | null;
  /** Since when nobody has read or typed; null while somebody reads. */
  readonly idleSince: number | null;
  /**
   * Types into it.
   * @param writer who numbers the messages
   * @returns the number of the writer's last message that was taken
   * @throws StudioError BAD_USER_INPUT for a number that is not next, RATE_LIMITED while the program takes nothing
   */
  type(writer: string, sequence: number, bytes: Buffer): number;
  resize(size: TerminalSize): Promise<void>;
  /**
   * What it shows from an offset on, to its end or for so many bytes; who wants more asks again.
   * @throws StudioError BAD_USER_INPUT for an offset that it has not come to
   */
  read(after: number, signal: AbortSignal): AsyncGenerator<Shown, void, undefined>;
  /** Ends it with all its processes; resolves when they are dead. */
  kill(why: TerminalEnd): Promise<void>;
}

const whyOf = (status: Result['status'], killed: TerminalEnd | null): TerminalEnd => {
  switch (status) {
    case 'TIMED_OUT':
    case 'CPU_EXCEEDED':
    case 'MEMORY_EXCEEDED':
    case 'DISK_EXCEEDED':
    case 'ENGINE_FAILED':
      return status;
    case 'CANCELLED':
    case 'OUTPUT_EXCEEDED':
      return killed ?? 'STOPPED';
    case 'SUCCEEDED':
    case 'FAILED':
    case 'SIGNALED':
      return 'EXITED';
  }
};

/** Holds the terminal of a run; the run's output is its to read. */
export const holdTerminal = (run: Run, initial: TerminalSize, now: () => number, log: Log): Terminal => {
  const ring = createRing(RING_BYTES);
  const readers = createReaders(now);
  const numbering = createNumbering();
  let size = initial;
  let ending: Ending | null = null;
  let killed: TerminalEnd | null = null;
  let typedAt = now();
  let untaken = 0;
  let stir = Promise.withResolvers<void>();

  const wake = (): void => {
    stir.resolve();
    stir = Promise.withResolvers();
  };
  /** Waits for readers, and with it the program: it writes no more than what nobody takes from it. */
  const show = async (bytes: Buffer): Promise<void> => {
    let rest = bytes;
    for (;;) {
      if (rest.length === 0 || killed !== null) return;
      const room = readers.needed() + RING_BYTES - ring.end;
      if (room > 0) {
        ring.write(rest.subarray(0, room));
        rest = rest.subarray(room);
        wake();
      } else await stir.promise;
    }
  };
  const live = async (): Promise<void> => {
    let end: Pick<Ending, 'why' | 'exitCode'> = { why: 'ENGINE_FAILED', exitCode: null };
    try {
      for await (const { bytes } of run.output) {
        await show(bytes);
        if (killed !== null) break;
      }
      const { status, exitCode, message } = await run.result;
      if (status === 'ENGINE_FAILED') log.error({ reason: message }, 'the engine of a terminal failed');
      end = { why: whyOf(status, killed), exitCode };
    } catch (error) {
      log.error({ error }, 'a terminal ended badly');
      run.cancel();
    }
    ending = { ...end, at: now() };
    wake();
  };
  const over = live();

  return {
    get size() {
      return size;
    },
    get ending() {
      return ending;
    },
    get idleSince() {
      return readers.isRead ? null : Math.max(readers.leftAt, typedAt);
    },
    type: (writer, sequence, bytes) => {
      const verdict = numbering.verdict(writer, sequence);
      if (verdict.outcome === 'repeated') return verdict.last;
      if (verdict.outcome === 'early') {
        throw new StudioError('BAD_USER_INPUT', `The next message is number ${verdict.next}.`, {
          argument: 'sequence',
        });
      }
      if (untaken + bytes.length > UNTAKEN_BYTES) {
        throw new StudioError('RATE_LIMITED', 'The program does not take what is typed.', { retryAfterSeconds: 1 });
      }
      numbering.took(writer);
      typedAt = now();
      untaken += bytes.length;
      const took = (): void => {
        untaken -= bytes.length;
      };
      // A terminal that ends meanwhile takes nothing more, and says so to its readers.
      run.write(bytes).then(took, took);
      return sequence;
    },
    resize: async (wanted) => {
      size = wanted;
      await run.resize(wanted);
    },
    read: async function* (after, signal) {
      if (after > ring.end) {
        throw new StudioError('BAD_USER_INPUT', `The terminal has shown ${ring.end} bytes so far.`, {
          argument: 'after',
        });
      }
      const reader = readers.add(after);
      wake();
      try {
        let at = after;
        let answered = 0;
        while (answered < READING_BYTES) {
          const { lost, bytes } = ring.read(at, Math.min(CHUNK_BYTES, READING_BYTES - answered));
          if (bytes.length > 0) {
            const offset = at + lost;
            at = offset + bytes.length;
            answered += bytes.length;
            yield { offset, lost, bytes, ending: null };
          } else if (ending !== null) {
            yield { offset: at, lost: 0, bytes, ending };
            return;
          } else await abortable(stir.promise, signal);
        }
      } finally {
        readers.remove(reader);
        wake();
      }
    },
    kill: async (why) => {
      killed ??= why;
      run.cancel();
      wake();
      await over;
    },
  };
};
