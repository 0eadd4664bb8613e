import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { createDecoder, encodeFrame, type Frame } from './frames.ts';

/** The largest frame that an agent sends: a file with its path. */
const MOST_PAYLOAD = 6 * 1024 ** 2;

/** The agent of one machine. Whoever has taken a machine over speaks in its place, so nothing that it says is trusted. */
export interface Agent {
  /** Resolves once the machine has taken it, or is gone. */
  readonly send: (kind: string, payload?: Uint8Array | string) => Promise<void>;
  /**
   * The next frame, null after the last. Not called, it makes the machine wait.
   * @throws FrameError where the machine does not keep to the frames
   */
  readonly next: () => Promise<Frame | null>;
}

async function* framesOf(socket: Duplex): AsyncGenerator<Frame, void> {
  const decoder = createDecoder(MOST_PAYLOAD);
  for await (const chunk of socket) yield* decoder.push(Buffer.from(chunk));
}

export const openAgent = (socket: Duplex): Agent => {
  socket.on('error', () => {});
  const frames = framesOf(socket);
  return {
    send: async (kind, payload) => {
      if (socket.destroyed || socket.write(encodeFrame(kind, payload))) return;
      const gone = new AbortController();
      await Promise.race([
        once(socket, 'drain', { signal: gone.signal }),
        once(socket, 'close', { signal: gone.signal }),
      ]).catch(() => {});
      gone.abort();
    },
    next: async () => {
      try {
        const { value, done } = await frames.next();
        return done === true ? null : (value ?? null);
      } catch (error) {
        // The end of a machine cuts its socket in whatever it was doing.
        if (error instanceof Error && 'code' in error) return null;
        throw error;
      }
    },
  };
};
