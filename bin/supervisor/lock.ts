import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

/** A local socket named after the folder. On Linux it has no file, so even SIGKILL leaves nothing behind. */
const socketOf = (home: string): string => {
  const name = `devstudio-${createHash('sha256').update(home).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
};

type Attempt = { readonly outcome: 'held'; readonly server: Server } | { readonly outcome: 'taken' };

const tryToHold = (address: string): Promise<Attempt> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done({ outcome: 'taken' }) : fail(error),
    );
    server.listen(address, () => {
      server.unref();
      done({ outcome: 'held', server });
    });
  });

const answers = (address: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(address);
    socket.once('error', () => done(false));
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
  });

/**
 * Lets one start at a time use a folder; the system gives the lock back when this process ends, however it ends.
 * @param home DEVSTUDIO_HOME, absolute
 * @throws ConfigurationError when a studio runs on it
 */
export const lockHome = async (home: string, address = socketOf(home)): Promise<AsyncDisposable> => {
  let attempt = await tryToHold(address);
  if (attempt.outcome === 'taken' && !address.startsWith('\0') && !(await answers(address))) {
    // The file of a start that was killed.
    await rm(address, { force: true });
    attempt = await tryToHold(address);
  }
  if (attempt.outcome === 'taken') {
    throw new ConfigurationError(
      `a studio runs on ${home} already: stop it, or set DEVSTUDIO_HOME to another folder (and other ports).`,
    );
  }
  const { server } = attempt;
  return {
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
};

/** Whether a studio runs on this folder. */
export const isLocked = (home: string): Promise<boolean> => answers(socketOf(home));
