import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/*
 * Node's own pipes are sockets: a program cannot open /dev/stdout through them, and bash takes a socket on stdin for a
 * remote login and reads ~/.bashrc. Named pipes are what a program expects. They cost a process to make, so they are
 * made many at a time. Each is used once and loses its name at that moment: a program may hold on to its pipe after we
 * have closed ours, and would meet the next program in it.
 */

const BATCH = 64;

/** One named pipe: the end for the program as a descriptor, the other as a stream. */
export interface Fifo {
  /** To be closed once the program has it. */
  readonly fd: number;
  readonly stream: Socket;
}

export interface FifoPool {
  /** A pipe that the service reads. */
  readable(): Promise<Fifo>;
  /** A pipe that the service writes. */
  writable(): Promise<Fifo>;
}

/** @param folder a path of its own, which is made */
export const createFifoPool = async (folder: string): Promise<FifoPool> => {
  await mkdir(folder, { mode: 0o700 });
  const free: string[] = [];
  let made = 0;

  const make = async (): Promise<void> => {
    const paths = Array.from({ length: BATCH }, () => join(folder, String(made++)));
    // A program may open its own stdout once more by name, whichever user it is.
    await promisify(execFile)('mkfifo', ['-m', '666', ...paths]);
    free.push(...paths);
  };
  const take = async (): Promise<string> => {
    for (;;) {
      const path = free.pop();
      if (path !== undefined) return path;
      await make();
    }
  };
  const streamOf = (fd: number, direction: 'readable' | 'writable'): Socket => {
    const stream = new Socket({ fd, readable: direction === 'readable', writable: direction === 'writable' });
    // A program may end before it has read all; who writes hears of it by the callback.
    stream.on('error', () => {});
    return stream;
  };
  await make();

  return {
    readable: async () => {
      const path = await take();
      const own = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const fd = openSync(path, constants.O_WRONLY);
      rmSync(path);
      return { fd, stream: streamOf(own, 'readable') };
    },
    writable: async () => {
      const path = await take();
      // Open for both, neither of the other two waits.
      const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      const fd = openSync(path, constants.O_RDONLY);
      const own = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      closeSync(both);
      rmSync(path);
      return { fd, stream: streamOf(own, 'writable') };
    },
  };
};
