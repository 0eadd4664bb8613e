import type { Readable } from 'node:stream';
import type { Output } from '../engine.ts';

/** What may wait for the reader before the program has to. */
const WAITING_BYTES = 256 * 1024;

export interface OutputCounts {
  readonly totals: { readonly stdout: number; readonly stderr: number };
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
}

export interface CollectedOutput {
  /** For one reader. */
  readonly chunks: AsyncIterable<Output>;
  /** Once both streams have ended and the reader, when there is one, has all of it. */
  readonly whole: Promise<OutputCounts>;
  /** The program is over: takes what is left in the streams, whether or not somebody reads. */
  readonly drain: () => void;
}

/**
 * Brings two streams together in the order in which they come, up to so many bytes.
 * @param onExceeded called once, when there are more
 */
export const collectOutput = (
  streams: { readonly stdout: Readable; readonly stderr: Readable },
  mostBytes: number,
  onExceeded: () => void,
): CollectedOutput => {
  const totals = { stdout: 0, stderr: 0 };
  const truncated = { stdout: false, stderr: false };
  const queue: Output[] = [];
  let queued = 0;
  let left = mostBytes;
  let open = 2;
  let isDraining = false;
  let isRead = false;
  let isFinished = false;
  let wake = (): void => {};
  const whole = Promise.withResolvers<OutputCounts>();

  const settle = (): void => {
    if (open === 0 && (isFinished || !isRead)) whole.resolve({ totals, truncated });
  };
  const take = (stream: Output['stream'], bytes: Buffer): void => {
    totals[stream] += bytes.length;
    if (bytes.length > left && !truncated.stdout && !truncated.stderr) onExceeded();
    if (bytes.length > left) truncated[stream] = true;
    const kept = bytes.subarray(0, left);
    left -= kept.length;
    if (kept.length === 0 || isFinished) return;
    queue.push({ stream, bytes: kept });
    queued += kept.length;
    if (queued > WAITING_BYTES && !isDraining) for (const each of Object.values(streams)) each.pause();
    wake();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    streams[stream].on('data', (bytes: Buffer) => take(stream, bytes));
    streams[stream].once('close', () => {
      open--;
      wake();
      settle();
    });
  }
  const resume = (): void => {
    for (const stream of Object.values(streams)) stream.resume();
  };

  async function* read(): AsyncGenerator<Output> {
    try {
      for (;;) {
        const next = queue.shift();
        if (next !== undefined) {
          queued -= next.bytes.length;
          if (queued <= WAITING_BYTES) resume();
          yield next;
        } else if (open === 0) return;
        else await new Promise<void>((done) => (wake = done));
      }
    } finally {
      // Also when the reader has had enough: then the program does not wait for it.
      isFinished = true;
      queue.length = 0;
      isDraining = true;
      resume();
      settle();
    }
  }

  return {
    chunks: {
      [Symbol.asyncIterator]: () => {
        isRead = true;
        return read();
      },
    },
    whole: whole.promise,
    drain: () => {
      isDraining = true;
      resume();
    },
  };
};
