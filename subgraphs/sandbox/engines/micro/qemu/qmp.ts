import type { Duplex } from 'node:stream';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What QEMU answers to a command it refuses, or the end of its monitor. */
class QmpError extends Error {
  override readonly name = 'QmpError';
}

const Answer = z.union([
  z.object({ return: z.unknown() }),
  z.object({ error: z.object({ desc: z.string() }) }),
  z.object({ event: z.string() }),
  z.object({ QMP: z.unknown() }),
]);

export interface Monitor {
  /**
   * Gives QEMU a command.
   * @throws QmpError
   */
  readonly command: (name: string, args?: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

/** Speaks with QEMU's monitor (QMP): one command after the other. */
export const openMonitor = (socket: Duplex): Monitor => {
  const waiting: { readonly done: (value: unknown) => void; readonly fail: (error: Error) => void }[] = [];
  let ended: QmpError | undefined;
  const end = (why: string): void => {
    ended ??= new QmpError(why);
    for (const { fail } of waiting.splice(0)) fail(ended);
  };
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    let answer: z.infer<typeof Answer>;
    try {
      answer = Answer.parse(JSON.parse(line));
    } catch {
      // A monitor that does not keep to its protocol belongs to a machine that was taken over.
      return end('the monitor answers with no JSON of its protocol');
    }
    if ('return' in answer) waiting.shift()?.done(answer.return);
    else if ('error' in answer) waiting.shift()?.fail(new QmpError(answer.error.desc));
  });
  socket.on('error', (error) => end(error.message));
  // It repeats the socket's errors, and one that nobody hears would end the service.
  lines.on('error', () => {});
  socket.on('close', () => end('the monitor is closed'));
  const command: Monitor['command'] = (name, args) =>
    new Promise((done, fail) => {
      if (ended !== undefined) return fail(ended);
      waiting.push({ done, fail });
      socket.write(`${JSON.stringify({ execute: name, arguments: args })}\n`);
    });
  void command('qmp_capabilities').catch(() => {});
  return { command };
};
